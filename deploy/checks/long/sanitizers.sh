#!/usr/bin/env bash
# The tests of the wire under AddressSanitizer and under ThreadSanitizer, each with a build of its own.
set -euo pipefail
test=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../test")

# The few cases of a commit: a sanitizer looks at how, not at how often.
for sanitizer in address thread; do
  log=$(mktemp)
  status=0
  env -u RUN_DIR -u SHOP_BIN -u SHOP_TESTS_ALL "$test" --sanitize "$sanitizer" >"$log" 2>&1 </dev/null || status=$?
  printf '%s sanitizer: %s\n' "$sanitizer" "$(tail -n 1 -- "$log")"
  ((status == 0)) || { grep -aE 'ERROR: |WARNING: |SUMMARY: |✘' "$log" | head -n 40 >&2 && exit "$status"; }
  rm -f -- "$log"
done
