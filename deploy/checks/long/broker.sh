#!/usr/bin/env bash
# The private broker comes back on its port after kill -9, listens on loopback only, and leaves nothing behind.
set -euo pipefail
broker=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../broker")

RUN_DIR=$(mktemp -d)
export RUN_DIR
trap '"$broker" stop >/dev/null 2>&1 || true; rm -rf -- "$RUN_DIR"' EXIT
fail() { echo "broker: $*" >&2 && exit 1; }
status_is() {
  local status=0
  "$broker" status >/dev/null 2>&1 || status=$?
  ((status == $1)) || fail "status is $status, not $1, after $2"
}

status_is 69 "nothing"
"$broker" start
status_is 0 "start"
url=$("$broker" url)
pid=$(<"$RUN_DIR/broker/broker.pid")

# Local addresses of LISTEN sockets of the node and its epmd: 0100007F is 127.0.0.1.
for owner in "$pid" "$(<"$RUN_DIR/broker/epmd.pid")"; do
  for inode in $(find "/proc/$owner/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n'); do
    awk -v inode="$inode" '$4 == "0A" && $10 == inode && $2 !~ /^(0100007F|00000000000000000000000001000000):/ { bad = 1 }
      END { exit bad }' /proc/net/tcp /proc/net/tcp6 || fail "process $owner listens beyond loopback"
  done
done

"$broker" start
[[ $(<"$RUN_DIR/broker/broker.pid") == "$pid" ]] || fail "a second start replaced the node"

"$broker" kill
status_is 69 "kill"
"$broker" start
[[ $("$broker" url) == "$url" ]] || fail "another URL after kill and start"

"$broker" stop
status_is 69 "stop"
! kill -0 "$pid" 2>/dev/null || fail "process $pid is still there"
