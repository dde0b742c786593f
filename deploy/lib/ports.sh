# shellcheck shell=bash
# Which TCP ports are taken, and by whom. Read from /proc: it asks nobody, needs no package, and sees listeners only
# (a connection in TIME_WAIT doesn't keep a port from us).

# listening_inode PORT: the sockets that listen on it, one inode a line.
listening_inode() {
  local tables=(/proc/net/tcp)
  [[ ! -r /proc/net/tcp6 ]] || tables+=(/proc/net/tcp6)
  # Columns: 2 local address:port in hex, 4 state (0A = LISTEN), 10 inode.
  awk -v port=":$(printf '%04X' "$1")" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' "${tables[@]}"
}

port_taken() { [[ -n $(listening_inode "$1") ]]; }

# port_held_by PORT PID: is it this very process that listens there? A 200 from a port proves nothing while two copies
# of the shop may race for the same one.
port_held_by() {
  local inode
  for inode in $(listening_inode "$1"); do
    [[ -z $(find "/proc/$2/fd" -lname "socket:\[$inode\]" -print -quit 2>/dev/null) ]] || return 0
  done
  return 1
}

# shellcheck disable=SC2119,SC2120 # its arguments are optional
# free_port [NOT…]: a random free one. Below the kernel's range for outgoing connections (32768 and up), which could
# take it from us at any moment.
free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    [[ " $* " != *" $port "* ]] && ! port_taken "$port" && break
  done
  echo "$port"
}

# port_or_free WANTED WHAT: the wanted port, or a free one and a word about it.
# shellcheck disable=SC2119
port_or_free() {
  local port=$1
  if port_taken "$port"; then
    port=$(free_port)
    say "port $1 is taken: $2 listens on $port"
  fi
  echo "$port"
}
