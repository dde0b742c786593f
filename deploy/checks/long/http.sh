#!/usr/bin/env bash
#
# What the services say over HTTP, looked at by others: Prometheus' own promtool reads their metrics, and schemathesis, which
# makes requests of all kinds from the API's description, finds nothing that breaks its promises. Ends with schemathesis'
# last lines. A shop of its own in RUN_DIR; SHOP_BIN is where the binaries are, else they are built.
#
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../..")
RUN_DIR=$(mktemp -d)
export RUN_DIR TRACE_FILE='' LOG_FORMAT=json LOG_LEVEL=debug HTTP_RATE_LIMIT=0
source "$root/deploy/lib/common.sh"
source "$root/deploy/lib/install.sh"
source "$root/deploy/lib/services.sh"

clean_up() {
  "$root/deploy/down" >/dev/null 2>&1 || true
  rm -rf -- "$RUN_DIR"
}
trap clean_up EXIT

fail() { echo "http: $*" >&2 && exit 1; }

# prometheus is installed for promtool alone.
install_packages prometheus python3-venv
python3 -m venv "$RUN_DIR/venv"
timeout 300 "$RUN_DIR/venv/bin/pip" install -q --disable-pip-version-check 'schemathesis>=4,<5'

"$root/deploy/up"
"$root/deploy/shop" stock set MUG=1000 >/dev/null
"$root/deploy/shop" order place --email ann@example.com --line MUG=1 --count 50 >/dev/null
"$root/deploy/shop" audit --wait 30s >/dev/null || fail "the books do not balance"

# counts_right SERVICE: it has taken something in, settled all of it, sent what follows, and stands still.
counts_right() {
  curl -fsS --max-time 10 "http://127.0.0.1:$(service_port "$1")/metrics" >"$RUN_DIR/$1.metrics"
  awk '/^amqpbridge_delivered_total /{taken = $2} /^amqpbridge_acked_total /{acked = $2} /^ledger_outbox_events /{left = $2}
    END { exit !(taken >= 50 && acked == taken && left == 0) }' "$RUN_DIR/$1.metrics"
}

for service in "${SERVICES[@]}"; do
  wait_until 30 counts_right "$service" || fail "$service counts otherwise"
  promtool check metrics <"$RUN_DIR/$service.metrics" || fail "promtool finds fault with the metrics of $service"
done
echo "promtool: nothing found in the metrics of ${#SERVICES[@]} services"

# It keeps notes where it is.
cd -- "$RUN_DIR"
timeout 900 "$RUN_DIR/venv/bin/schemathesis" --config-file "$root/deploy/lib/schemathesis.toml" run "http://127.0.0.1:$(service_port order)/openapi.json" \
  --max-examples "${EXAMPLES:-50}" --request-timeout 10 --seed 1 --exclude-path-regex '/events$' >"$RUN_DIR/schemathesis.log" 2>&1 || {
  cat -- "$RUN_DIR/schemathesis.log" >&2
  fail "schemathesis has found something"
}
curl -fsS --max-time 10 "http://127.0.0.1:$(service_port order)/health/ready" >/dev/null || fail "order is not ready any more"
tail -n 5 -- "$RUN_DIR/schemathesis.log"
