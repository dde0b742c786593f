# shellcheck shell=bash
# One measurement: a program is run with a time limit, and its line of JSON completed; see Benchmarks/README.md.

readonly MEASURE_SECONDS=${BENCH_SECONDS:-60}

# is_wanted WHO: BENCH_WHO may name some of them; "C batched" is C, too.
is_wanted() { [[ -z ${BENCH_WHO:-} || " $BENCH_WHO " == *" ${1% batched} "* ]]; }

# measure ROUND CASE WHO QUEUE COUNT COMMAND…: prints one line, also of what failed or hung; false then.
measure() {
  local round=$1 name=$2 who=$3 queue=$4 count=$5 status=0 line latencies complaints=$RUN_DIR/complaints.log
  shift 5
  latencies=$RUN_DIR/latencies/$queue-$name-${who// /-}-$round
  mkdir -p -- "${latencies%/*}" && rm -f -- "$latencies"
  line=$(LATENCIES=$latencies timeout -k 5 "$MEASURE_SECONDS" "$@" "$name" "$count" 2>"$complaints" </dev/null) || status=$?
  if ((status == 0)) && line=$(measured "$round" "$queue" "$latencies" <<<"$line" 2>"$complaints"); then
    echo "$line"
    return
  fi
  measurement_failed "$round" "$name" "$who" "$queue" "$(why_it_failed "$status" "$complaints")"
  return 1
}

# measured ROUND QUEUE LATENCIES: completes the one line of stdin.
measured() {
  [[ -s $3 ]] || set -- "$1" "$2" ''
  jq -ce --argjson round "$1" --arg queue "$2" --arg latencies "$3" --argjson load "$(cut -d ' ' -f 1 /proc/loadavg)" \
    '. + {round: $round, queue: $queue, load: $load} + (if $latencies == "" then {} else {latencies: $latencies} end)'
}

# why_it_failed STATUS COMPLAINTS
why_it_failed() {
  case $1 in
    124 | 137) echo "no result after $MEASURE_SECONDS s" ;;
    *) tail -n 1 -- "$2" | cut -c 1-200 | grep . || echo "ended with $1" ;;
  esac
}

# measurement_failed ROUND CASE WHO QUEUE WHY
measurement_failed() {
  jq -cn --argjson round "$1" --arg case "$2" --arg who "$3" --arg queue "$4" --arg failed "$5" '$ARGS.named'
  say "$3, $2: $5"
}

# measurement_skipped CASE WHO QUEUE WHY
measurement_skipped() {
  jq -cn --arg case "$1" --arg who "$2" --arg queue "$3" --arg skipped "$4" '$ARGS.named'
}
