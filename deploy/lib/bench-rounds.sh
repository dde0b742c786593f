# shellcheck shell=bash
# The cases of one message at a time or many: everybody takes turns within a case, round after round.
# shellcheck disable=SC2154 # deploy/bench sets rounds, messages, round_cases and results

readonly ROUND_CASES=(publish publish-batch publish-one publish-flood consume consume-batch one-way)

# Who takes part in a case, in the order of the turns. "C batched" is C with frames or acks of its own making.
declare -rA TURNS=(
  [publish]="C,AMQPBridge,pika,FastStream,Go,Java"
  [publish-batch]="C batched,AMQPBridge"
  [publish-one]="C,AMQPBridge,pika,FastStream,Go,Java"
  [publish-flood]="C,AMQPBridge"
  [consume]="C,AMQPBridge,pika,FastStream,Go,Java"
  [consume-batch]="C batched,AMQPBridge"
  [one-way]="C,AMQPBridge,pika,FastStream,Go,Java"
)
# What a case's ratios refer to must be measured in the same round.
declare -rA BASELINES=([publish-batch]=publish [consume-batch]=consume)

# run_rounds QUEUE
run_rounds() {
  local round name who turns
  for ((round = 1; round <= rounds; round++)); do
    say "$1 queue: round $round of $rounds"
    for name in "${ROUND_CASES[@]}"; do
      IFS=, read -ra turns <<<"$(turns_of "$name")"
      for who in "${turns[@]}"; do turn "$round" "$name" "$who" "$1"; done
    done
  done
  raw remove
}

# turns_of CASE: nobody when it was not asked for; C alone when it is the baseline of one that was.
turns_of() {
  local name who turns
  if [[ " ${round_cases[*]} " == *" $1 "* ]]; then
    IFS=, read -ra turns <<<"${TURNS[$1]}"
    for who in "${turns[@]}"; do is_wanted "$who" && printf '%s,' "$who"; done
    return 0
  fi
  for name in "${round_cases[@]}"; do
    if [[ ${BASELINES[$name]:-} == "$1" ]]; then echo C && return; fi
  done
}

# turn ROUND CASE WHO QUEUE: a queue of its own for every single measurement, filled first where there is to consume.
turn() {
  local command count fill=0
  if [[ -n ${MISSING[$3]:-} ]]; then
    (($1 > 1)) || measurement_skipped "$2" "$3" "$4" "${MISSING[$3]}" >>"$results"
    return
  fi
  mapfile -t command < <(command_of "$3")
  count=$(count_of "$2" "$3")
  [[ $2 != consume* ]] || fill=$count
  raw prepare "$4" "$fill"
  measure "$1" "$2" "$3" "$4" "$count" "${command[@]}" >>"$results" || true
}

# command_of WHO: one word a line.
command_of() {
  case $1 in
    C*) echo "$RUN_DIR/rawbench" ;;
    AMQPBridge) echo "$BIN_DIR/BridgeBench" ;;
    *) peer_command "$1" ;;
  esac
}

# count_of CASE WHO: where a message takes a millisecond, fewer; a flood must be long; and slow peers do fewer.
count_of() {
  local count=$messages
  case $1 in
    publish-one) count=$((messages / 20)) ;;
    one-way) count=$((messages / 15)) ;;
    publish-flood) count=$((messages * 2)) ;;
    *)
      case $2 in
        FastStream) count=$((messages / 8)) ;;
        pika) count=$((messages / 2)) ;;
      esac
      ;;
  esac
  echo "$((count < 100 ? 100 : count))"
}
