#!/usr/bin/env bash
# Becomes a background process: launch.sh PID_FILE COMMAND…
# Run by process_start (process.sh), already in a session of its own and with its output in a log.
set -euo pipefail

pid_file=$1
shift

# Whoever called us may wait for the end of its output (a pipe, a CI job): keep none of its descriptors open.
for fd in /proc/self/fd/*; do
  fd=${fd##*/}
  ((fd <= 2)) || eval "exec $fd>&-" 2>/dev/null || true
done

# shellcheck source=process.sh
source "${BASH_SOURCE[0]%/*}/process.sh"

# The pid stays the same over exec, and so does the start time. The stamp first: a pid file without one is nobody's.
process_stamp "$$" >"$pid_file.stamp"
echo "$$" >"$pid_file.new"
mv -f -- "$pid_file.new" "$pid_file"

exec "$@"
