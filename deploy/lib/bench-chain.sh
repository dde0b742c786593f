#!/usr/bin/env bash
#
# bench-chain.sh ROUNDS COUNT CASE…
#
# The cases `chain`, `chain-100` and `chain-500` of deploy/bench: orders through four processes. One line of JSON for each
# measurement on stdout. It has a broker of its own in RUN_DIR; AMQP_QUEUE_TYPE is the type of its queues, SHOP_BIN where
# the binaries are.
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
BENCH_SECONDS=${BENCH_SECONDS:-120} # FastStream is slower than 500 orders a second
source "$lib/bench-measure.sh"
source "$lib/bench-peers.sh"
source "$lib/bench-raw.sh"

readonly ROLES=(notify shipping inventory order)
readonly WHO=(C AMQPBridge FastStream Go)
readonly READY_SECONDS=30

# rate_of CASE: orders a second; 0: as fast as they are taken.
rate_of() { if [[ $1 == *-* ]]; then echo "${1#*-}"; else echo 0; fi; }

# orders_of CASE WHO: in a burst a tenth of COUNT, of which a slow peer takes a quarter; else what makes 15 s of 50,000.
orders_of() {
  local rate orders=$((count / 10))
  rate=$(rate_of "$1")
  if ((rate > 0)); then
    orders=$((rate * count * 3 / 10000))
  elif [[ $2 == FastStream ]]; then
    orders=$((orders / 4))
  fi
  echo "$((orders < 10 ? 10 : orders))"
}

# command_of WHO: one word a line.
command_of() {
  case $1 in
    C) echo "$RUN_DIR/rawbench" ;;
    AMQPBridge) echo "$BIN_DIR/ChainBench" ;;
    # -B: leaves nothing beside the sources.
    FastStream) printf '%s\n' "$PEERS_DIR/FastStream/bin/python" -B "$PEER_SOURCES/chain/faststream/chain.py" ;;
    Go) echo "$PEERS_DIR/go-chain" ;;
  esac
}

build_peers_of_chain() {
  ! is_wanted FastStream || try_to_build FastStream build_python FastStream "${FASTSTREAM[@]}"
  ! is_wanted Go || try_to_build Go \
    build_go chain/go go-chain golang-github-mattn-go-sqlite3-dev golang-github-google-uuid-dev
}

# turn ROUND CASE WHO: with queues and databases of its own. Prints one line, also of what failed.
turn() {
  local orders command latencies=$RUN_DIR/latencies/$AMQP_QUEUE_TYPE-$2-$3-$1
  if [[ -n ${MISSING[$3]:-} ]]; then
    (($1 > 1)) || measurement_skipped "$2" "$3" "$AMQP_QUEUE_TYPE" "${MISSING[$3]}"
    return
  fi
  orders=$(orders_of "$2" "$3")
  mapfile -t command < <(command_of "$3")
  raw prepare-chain "$AMQP_QUEUE_TYPE"
  rm -rf -- "$turn" "$latencies" && mkdir -p -- "$turn" "${latencies%/*}"
  start_roles "$latencies" "${command[@]}" chain "$orders" "$(rate_of "$2")"
  if await_roles && measured "$1" "$2" "$3" "$latencies" 2>"$turn/why"; then return; fi
  measurement_failed "$1" "$2" "$3" "$AMQP_QUEUE_TYPE" "$(tail -n 1 "$turn/why")"
}

# start_roles LATENCIES COMMAND… chain COUNT RATE
start_roles() {
  local role words=("${@:2:$#-3}") latencies=$1
  shift $(($# - 2))
  roles_of=()
  for role in "${ROLES[@]}"; do
    DATABASE=$turn/$role.sqlite READY=$turn/$role.ready START=$turn/start LATENCIES=$latencies \
      timeout -k 5 "$MEASURE_SECONDS" "${words[@]}" "$role" "$@" >"$turn/$role.json" 2>"$turn/$role.log" </dev/null &
    roles_of[$!]=$role
  done
}

# await_roles: lets the orders begin when all are ready. False, with the reason in `why`, and all ended, when one fails.
await_roles() {
  local pid status
  wait_until "$READY_SECONDS" all_ready_or_one_gone || true
  : >"$turn/start"
  while ((${#roles_of[@]} > 0)); do
    status=0
    wait -n -p pid "${!roles_of[@]}" || status=$?
    if ((status != 0)); then
      echo "${roles_of[$pid]}: $(why_it_failed "$status" "$turn/${roles_of[$pid]}.log")" >"$turn/why"
      end_roles
      return 1
    fi
    unset "roles_of[$pid]"
  done
}

all_ready_or_one_gone() {
  local ready=("$turn"/*.ready)
  ((${#ready[@]} == ${#ROLES[@]} || $(jobs -pr | wc -l) < ${#ROLES[@]}))
}

end_roles() {
  local running
  running=$(jobs -pr)
  # shellcheck disable=SC2086 # one word a process
  [[ -z $running ]] || kill $running 2>/dev/null || true
  wait
}

# measured ROUND CASE WHO LATENCIES: the four lines as one.
measured() {
  jq -sce --argjson round "$1" --arg case "$2" --arg who "$3" --arg latencies "$4" '
    (map({(.role): .}) | add) as $role | {
      $case, $who, $round, msgs: $role.order.msgs,
      msgs_per_s: ($role.order.msgs * 1e9 / ($role.notify.end_ns - $role.order.begin_ns) | round),
      cpu_us_per_msg: (map(.cpu_us_per_msg) | add * 1000 | round / 1000),
      rss_mb: (map(.rss_mb) | max), rss_anon_mb: (map(.rss_anon_mb) | max),
      $latencies, roles: ($role | map_values(.cpu_us_per_msg))
    }' "$turn"/*.json
}

run_all() {
  local round name who
  for ((round = 1; round <= rounds; round++)); do
    say "chain, $AMQP_QUEUE_TYPE queues: round $round of $rounds"
    for name in "$@"; do
      for who in "${WHO[@]}"; do ! is_wanted "$who" || turn "$round" "$name" "$who"; done
    done
  done
}

rounds=$1 count=$2
turn=$RUN_DIR/turn
declare -A roles_of=() # by the pid of their time limit
lock_run_dir
build_raw
build_peers_of_chain
[[ -x $BIN_DIR/ChainBench ]] || MISSING[AMQPBridge]="there is no $BIN_DIR/ChainBench"
trap 'end_roles; broker_stop' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
broker_start
AMQP_URL=$(broker_url)
export AMQP_URL AMQP_QUEUE_TYPE
run_all "${@:3}"
