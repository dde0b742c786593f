#!/usr/bin/env bash
#
# bench-ledger.sh ROUNDS COUNT CASE…
#
# The case `ledger` of deploy/bench. A ledger of each size and kind of ids is filled once; in each round each of them is
# copied, and a new process hears the same number of events with the copy: whatever was measured before, it begins so large,
# and the memory is that of a service which has just found it. One line of JSON for each measurement on stdout. SHOP_BIN
# is where the binaries are.
#
set -euo pipefail
lib=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$lib/common.sh"
source "$lib/build.sh"

readonly SIZES=(1000 10000 100000 1000000)
readonly KINDS=(v7 v4 v4-old-too)

# ledger COMMAND IDS FOLDER NUMBER: with the database in that folder.
ledger() {
  timeout 600 "$BIN_DIR/LedgerBench" "$1" "$2" "$3/orders.db" "$4" || die "$EX_FAILED" "LedgerBench $1 $2 failed"
}

# fill IDS: one file for each size, the larger made of the smaller.
fill() {
  local size before=''
  for size in "${SIZES[@]}"; do
    [[ -z $before ]] || cp -r -- "$folder/$before" "$folder/$size"
    ledger fill "$1" "$folder/$size" "$size"
    before=$size
  done
}

# turn IDS SIZE ROUND
turn() {
  local copy=$folder/copy
  rm -rf -- "$copy"
  cp -r -- "$folder/$2" "$copy"
  ledger run "$1" "$copy" "$events" | jq -c --argjson round "$3" '. + {round: $round, queue: "none"}'
}

rounds=$1 events=$(($2 / 2))
folder=$RUN_DIR/ledgers
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
make_run_dir
for ids in "${KINDS[@]}"; do
  rm -rf -- "$folder"
  mkdir -p -- "$folder"
  say "ledger, $ids: ledgers of up to ${SIZES[-1]} orders are filled"
  fill "$ids"
  for ((round = 1; round <= rounds; round++)); do
    say "ledger, $ids: round $round of $rounds"
    for size in "${SIZES[@]}"; do turn "$ids" "$size" "$round"; done
  done
done
