#!/usr/bin/env bash
#
# bench-parts.sh ROUNDS COUNT CASE…
#
# The case `parts` of deploy/bench: what the hot parts cost on their own, in processor time (which is this machine's, and
# this moment's) and in instructions (which are the same every time, and are held against those that are written down).
# One line of JSON a part and round on stdout; fails when a part has grown. BENCH_STORE=1 writes them down anew. SHOP_BIN
# is where the binaries are.
#
set -euo pipefail
lib=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$lib/common.sh"
source "$lib/install.sh"
source "$lib/build.sh"

readonly BASELINE=$REPO_ROOT/Benchmarks/PartsBench/instructions.txt
readonly FEW=1000 MANY=3000
readonly MOST_PERCENT=105

# run_rounds: a line for each part and round.
run_rounds() {
  local round
  for ((round = 1; round <= rounds; round++)); do
    say "parts: round $round of $rounds"
    TMPDIR=$RUN_DIR timeout 300 "$BIN_DIR/PartsBench" parts "$count" |
      jq -c --argjson round "$round" '. + {round: $round, queue: "none"}' || die "$EX_FAILED" "PartsBench failed"
  done
}

# instructions PART COUNT: of the whole process. Hashing is by a random seed otherwise.
instructions() {
  local log=$RUN_DIR/callgrind.log
  SWIFT_DETERMINISTIC_HASHING=1 TMPDIR=$RUN_DIR timeout 300 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$BIN_DIR/PartsBench" "$1" "$2" >/dev/null 2>"$log" || { tail_of "$log" && die "$EX_FAILED" "$1 fails under valgrind"; }
  sed -n 's/.* Collected : //p' "$log" | grep . || die "$EX_FAILED" "valgrind said no figure; see $log"
}

# per_item PART: what the process needs to start and to end is in both figures.
per_item() {
  local few many
  few=$(instructions "$1" "$FEW") && many=$(instructions "$1" "$MANY") || exit
  echo "$(((many - few + (MANY - FEW) / 2) / (MANY - FEW)))"
}

count_all() {
  local part
  for part in $(jq -rs 'map(.who) | unique | .[]' "$lines"); do
    say "parts: counting $part"
    counted[$part]=$(per_item "$part")
  done
}

compiler() {
  find_swift
  swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*'
}

store() {
  local part
  {
    echo "# Instructions an item; $(compiler), $(uname -m), $(valgrind --version). BENCH_STORE=1 deploy/bench parts"
    for part in "${!counted[@]}"; do echo "$part ${counted[$part]}"; done | sort
  } >"$BASELINE"
  say "written down: $BASELINE"
}

# compare: false when a part has grown, or is not written down.
compare() {
  local part now before good=true
  [[ -s $BASELINE ]] || die "$EX_FAILED" "no instructions are written down: BENCH_STORE=1 deploy/bench parts"
  for part in "${!counted[@]}"; do
    now=${counted[$part]}
    before=$(awk -v part="$part" '$1 == part { print $2 }' "$BASELINE")
    if [[ -z $before ]]; then
      complain "$part: $now instructions an item, none is written down: BENCH_STORE=1 deploy/bench parts" && good=false
    elif ((now * 100 > before * MOST_PERCENT)); then
      complain "$part has grown: $now instructions an item, it was $before" && good=false
    elif ((before * 100 > now * MOST_PERCENT)); then
      say "$part has shrunk: $now instructions an item, it was $before; BENCH_STORE=1 deploy/bench parts writes it down"
    fi
  done
  $good || say "they were written down with $(sed -n '1s/.*; \(.*\)\. .*/\1/p' "$BASELINE"); here it is $(compiler)"
  $good
}

print_lines() {
  local part all
  all=$(for part in "${!counted[@]}"; do printf '{"%s": %s}\n' "$part" "${counted[$part]}"; done | jq -s add)
  jq -c --argjson all "$all" '. + ($all[.who] | if . then {instructions: .} else {} end)' "$lines"
}

rounds=$1 count=$2
declare -A counted=()
make_run_dir
lines=$RUN_DIR/lines.jsonl
install_packages valgrind
run_rounds >"$lines"
count_all
print_lines
if [[ -n ${BENCH_STORE:-} ]]; then store; else compare; fi
