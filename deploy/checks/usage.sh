#!/usr/bin/env bash
# Every command explains itself, and refuses what it doesn't know (64) before it does anything.
set -euo pipefail
deploy=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/..

RUN_DIR=$(mktemp -d)
export RUN_DIR
trap 'rm -rf -- "$RUN_DIR"' EXIT
failed=0

for command in "$deploy"/*; do
  [[ -f $command && -x $command ]] || continue
  name=${command##*/}
  help=$("$command" --help </dev/null 2>/dev/null) || help=''
  [[ -n $help ]] || { echo "deploy/$name --help failed" >&2 && failed=1; }

  # The options of `shop` are the program's, not the script's.
  [[ $name != shop ]] || continue
  status=0
  "$command" --no-such-option </dev/null >/dev/null 2>&1 || status=$?
  ((status == 64)) || { echo "deploy/$name --no-such-option: exit code $status, not 64" >&2 && failed=1; }
done

[[ -z $(ls -A "$RUN_DIR") ]] || { echo "a refused command left something behind: $(ls -A "$RUN_DIR")" >&2 && failed=1; }
exit "$failed"
