#!/usr/bin/env bash
#
# bench-ledger.sh ROUNDS COUNT CASE…
#
# The case `ledger` of deploy/bench. One database a kind of ids, measured as it grows. It has no rounds: what counts is
# that the rows are alike. SHOP_BIN is where the binaries are.
#
set -euo pipefail
lib=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$lib/common.sh"
source "$lib/build.sh"

readonly SIZES=(1000 10000 100000 1000000)

make_run_dir
for ids in v7 v4 v4-old-too; do
  say "ledger, $ids"
  TMPDIR=$RUN_DIR timeout 1200 "$BIN_DIR/LedgerBench" "$ids" "$(($2 / 2))" "${SIZES[@]}" |
    jq -c '. + {round: 1, queue: "none"}' || die "$EX_FAILED" "LedgerBench $ids failed"
done
