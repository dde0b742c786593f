#!/usr/bin/env bash
#
# bench-shop.sh ROUNDS COUNT CASE…
#
# The case `shop` of deploy/bench: the shop as it is, its services with e-mails into a folder, given orders as fast as
# the command takes them; afterwards each service is stopped and started again, and the time until it is ready taken. One
# line of JSON for each measurement on stdout. It has a shop of its own in RUN_DIR; SHOP_BIN is where the binaries are.
#
set -euo pipefail
lib=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$lib/common.sh"
# A folder that is nobody else's: it is made anew, so that each run begins with empty books.
RUN_DIR=$RUN_DIR/fresh
source "$lib/process.sh"
source "$lib/ports.sh"
source "$lib/build.sh"
source "$lib/services.sh"
source "$lib/bench-service.sh"

readonly SKU=BENCH MAILS_AN_ORDER=2
readonly ORDERS_SECONDS=300

shop() { timeout 600 "$DEPLOY_DIR/shop" "$@"; }

# mails: how many there are.
mails() { find "$RUN_DIR/mail/new" -type f -printf . | wc -c; }
mails_are() { (($(mails) >= $1)); }

# begin_ms: of the first of these orders. An order's id is a UUIDv7: it begins with the millisecond in which it was made,
# by the command, which then does not count what it needs to start.
begin_ms() {
  local id
  id=$(jq -r .order_id "$placed" | sort | head -n 1)
  echo "$((16#${id:0:8}${id:9:4}))"
}

# end_ms: of the last mail. The folder changes when a mail that is complete gets its name in it.
end_ms() { stat -c %.3Y "$RUN_DIR/mail/new" | tr -d .; }

# burst ROUND
burst() {
  local name ms
  find "$RUN_DIR/mail/new" -type f -delete
  wait_until "$ORDERS_SECONDS" at_rest || die "$EX_FAILED" "the services do not come to rest"
  for name in "${SERVICES[@]}"; do before[$name]=$(service_ticks "$name"); done
  shop order place --email bench@example.com --line "$SKU=1" --count "$orders" --json >"$placed" ||
    die "$EX_FAILED" "not all orders were placed"
  wait_until "$ORDERS_SECONDS" mails_are "$((orders * MAILS_AN_ORDER))" ||
    die "$EX_FAILED" "$(mails) mails for $orders orders after $ORDERS_SECONDS s"
  ms=$(($(end_ms) - $(begin_ms)))
  # The last mail is not the last step: another service learns of it as well.
  wait_until "$ORDERS_SECONDS" at_rest || die "$EX_FAILED" "the services do not come to rest"
  for name in "${SERVICES[@]}"; do line_of "$name" "$ms"; done >"$RUN_DIR/lines.jsonl"
  jq -c --argjson round "$1" '{case: "shop"} + . + {round: $round}' "$RUN_DIR/lines.jsonl"
  together "$1" <"$RUN_DIR/lines.jsonl"
}

# line_of NAME MS
line_of() {
  jq -cn --arg who "$1" --argjson msgs "$orders" --argjson ms "$2" --argjson ticks "$(($(service_ticks "$1") - before[$1]))" \
    --argjson hz "$(getconf CLK_TCK)" --argjson peak "$(service_memory "$1" VmHWM)" \
    --argjson anon "$(service_memory "$1" RssAnon)" '
    def tenths: . / 1024 * 10 | round / 10;
    { $who, $msgs, msgs_per_s: ($msgs * 1000 / $ms | round),
      cpu_us_per_msg: ($ticks * 1e6 / $hz / $msgs * 10 | round / 10),
      rss_mb: ($peak | tenths), rss_anon_mb: ($anon | tenths) }'
}

# together ROUND
together() {
  jq -sc --argjson round "$1" '
    {case: "shop"} + .[0] + {who: "together", $round, cpu_us_per_msg: (map(.cpu_us_per_msg) | add * 10 | round / 10),
      rss_mb: (map(.rss_mb) | max), rss_anon_mb: (map(.rss_anon_mb) | max)}'
}

# restart ROUND: one service after the other, with the broker up and everything in its place.
restart() {
  local name
  for name in "${SERVICES[@]}"; do
    services_stop "$name"
    restarted_us "$name" | jq -c --arg who "$name" --argjson round "$1" \
      '{case: "restart", $who, $round, msgs: 1, p50_us: .}'
  done
}

rounds=$1 orders=$(($2 / 25))
placed=$RUN_DIR/placed.jsonl
declare -A before=()
unset SMTP_URL
trap '"$DEPLOY_DIR/down" >&2' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
"$DEPLOY_DIR/down" >&2
rm -rf -- "$RUN_DIR"
"$DEPLOY_DIR/up" >&2
AMQP_URL=$("$DEPLOY_DIR/broker" url)
export AMQP_URL
make_starters
shop stock set "$SKU=1000000000" >/dev/null
for ((round = 1; round <= rounds; round++)); do
  say "shop: round $round of $rounds"
  burst "$round"
  restart "$round"
done
shop audit >&2 || die "$EX_FAILED" "the books do not balance"
shop audit --json | jq -e '.in_flight == 0' >/dev/null || die "$EX_FAILED" "orders do not reach their end"
