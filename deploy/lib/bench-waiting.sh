#!/usr/bin/env bash
#
# bench-waiting.sh ROUNDS COUNT CASE…
#
# The case `waiting` of deploy/bench: consuming COUNT messages when no more than those wait, and when a million does
# (BENCH_WAITING: another number). One line of JSON for each measurement on stdout. It has a broker of its own in RUN_DIR;
# AMQP_QUEUE_TYPE is the type of its queues, SHOP_BIN where the binaries are.
#
set -euo pipefail
lib=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$lib/common.sh"
source "$lib/install.sh"
source "$lib/process.sh"
source "$lib/ports.sh"
source "$lib/build.sh"
source "$lib/broker-node.sh"
source "$lib/broker-url.sh"
source "$lib/broker.sh"
BENCH_SECONDS=${BENCH_SECONDS:-120} # the broker reads from the disk
source "$lib/bench-measure.sh"
source "$lib/bench-raw.sh"

readonly WHO=(C AMQPBridge)
readonly WAITING=${BENCH_WAITING:-1000000}
# A fill must be done within the time that `raw` has.
readonly FILL=100000

command_of() { if [[ $1 == C ]]; then echo "$RUN_DIR/rawbench"; else echo "$BIN_DIR/BridgeBench"; fi; }

# fill COUNT: that many more.
fill() {
  local left=$1
  while ((left > 0)); do
    raw fill "$((left < FILL ? left : FILL))"
    left=$((left - FILL))
  done
}

# name_of NUMBER: 1000000 is 1m.
name_of() { sed -E 's/000000$/m/; s/000$/k/' <<<"$1"; }

# turn ROUND CASE WHO: prints one line, also of what failed; false then.
turn() { measure "$1" consume "$3" "$AMQP_QUEUE_TYPE" "$count" "$(command_of "$3")" | jq -c --arg case "$2" '. + {$case}'; }

# take_turns ROUND: the million is a million again each time.
take_turns() {
  local who
  for who in "${WHO[@]}"; do
    is_wanted "$who" || continue
    AMQP_URL=$few_url raw prepare "$AMQP_QUEUE_TYPE" "$count"
    AMQP_URL=$few_url turn "$1" waiting-few "$who" || true
  done
  for who in "${WHO[@]}"; do
    is_wanted "$who" || continue
    AMQP_URL=$many_url turn "$1" "waiting-$(name_of "$WAITING")" "$who" || true
    AMQP_URL=$many_url fill "$count"
  done
}

rounds=$1 count=$2
lock_run_dir
build_raw
trap broker_stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
broker_start
# Each has a `bench.in` of its own, so that both can take turns.
few_url=$("$DEPLOY_DIR/broker" vhost few)
many_url=$("$DEPLOY_DIR/broker" vhost many)
say "waiting, $AMQP_QUEUE_TYPE queues: $WAITING messages are sent"
AMQP_URL=$many_url raw prepare "$AMQP_QUEUE_TYPE" 0
AMQP_URL=$many_url fill "$WAITING"
for ((round = 1; round <= rounds; round++)); do
  say "waiting, $AMQP_QUEUE_TYPE queues: round $round of $rounds"
  take_turns "$round"
done
for url in "$few_url" "$many_url"; do AMQP_URL=$url raw remove; done
