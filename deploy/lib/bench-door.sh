#!/usr/bin/env bash
#
# bench-door.sh ROUNDS COUNT CASE…
#
# The case `door` of deploy/bench: what the order service's door takes in peace, with the broker and all other services
# killed, and when it was itself started in such an outage (P1). After each round everything comes back, and every order
# must reach its end. One line of JSON for each measurement on stdout. It has a shop of its own in RUN_DIR; SHOP_BIN is
# where the binaries are.
#
set -euo pipefail
lib=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$lib/common.sh"
source "$lib/process.sh"
source "$lib/ports.sh"
source "$lib/build.sh"
source "$lib/services.sh"

readonly RATE=500 SKU=DOOR

up() { "$DEPLOY_DIR/up" >&2; }

shop() { timeout 600 "$DEPLOY_DIR/shop" "$@"; }

# As by pulling the plug.
break_all_but_order() {
  local name
  for name in "${SERVICES[@]}"; do
    [[ $name == order ]] || process_signal "$(service_pid_file "$name")" KILL
  done
  "$DEPLOY_DIR/broker" kill >&2
}

# While there is no broker.
restart_order() {
  services_stop order
  AMQP_URL=$broker_url service_start order
  wait_until 30 door_is_open || die "$EX_FAILED" "the order service does not open its door without a broker"
}

door_is_open() { curl -fsS --noproxy '*' --max-time 2 "$(door)/health/live" >/dev/null 2>&1; }

all_at_their_end() { shop audit --json | jq -e '.in_flight == 0' >/dev/null; }

door() { echo "http://127.0.0.1:$(service_port order)"; }

# measure ROUND WHO
measure() {
  timeout 300 "$BIN_DIR/DoorBench" "$(door)" "$SKU" "$count" "$RATE" |
    jq -c --argjson round "$1" --arg who "$2" '. + {case: "door", who: $who, round: $round}' ||
    die "$EX_FAILED" "DoorBench failed ($2)"
}

rounds=$1 count=$(($2 / 4))
trap '"$DEPLOY_DIR/down" >&2' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
up
broker_url=$("$DEPLOY_DIR/broker" url)
shop stock set "$SKU=1000000000" >/dev/null
for ((round = 1; round <= rounds; round++)); do
  say "door: round $round of $rounds"
  measure "$round" normal
  break_all_but_order
  measure "$round" outage
  restart_order
  measure "$round" outage-start
  up
  wait_until 300 all_at_their_end || die "$EX_FAILED" "orders do not reach their end"
  shop audit >&2 || die "$EX_FAILED" "the books do not balance"
done
