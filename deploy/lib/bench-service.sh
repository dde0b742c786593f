# shellcheck shell=bash
# What a running service used, and how long one needs to be ready.
# shellcheck disable=SC2034 # services.sh reads BIN_DIR

# service_ticks NAME: its processor time, user and system, in ticks of the kernel.
service_ticks() {
  local pid stat fields
  if ! pid=$(process_pid "$(service_pid_file "$1")") || ! stat=$(process_stat "$pid"); then
    die "$EX_FAILED" "$1 does not run; see $(service_log "$1")"
  fi
  read -ra fields <<<"$stat"
  echo "$((fields[11] + fields[12]))"
}

# service_memory NAME FIELD: in KiB, as /proc/PID/status has it.
service_memory() { awk -v field="$2:" '$1 == field { print $2 }' "/proc/$(<"$(service_pid_file "$1")")/status"; }

# at_rest: no service did anything in half a second that shows.
at_rest() {
  local name
  local -A earlier=()
  for name in "${SERVICES[@]}"; do earlier[$name]=$(service_ticks "$name"); done
  sleep 0.5
  for name in "${SERVICES[@]}"; do (($(service_ticks "$name") - earlier[$name] <= 1)) || return 1; done
}

# make_starters: a service is a program that notes the moment and becomes the service, so that neither a shell's start nor
# the look for a pid file is in the figure.
make_starters() {
  local name starter
  starters=$RUN_DIR/starters
  mkdir -p -- "$starters"
  for name in "${SERVICES[@]}"; do
    starter=$starters/${SERVICE_BINARY[$name]}
    cat >"$starter" <<STARTER
#!/usr/bin/env bash
echo "\$EPOCHREALTIME" >'$starters/$name.at'
exec '$BIN_DIR/${SERVICE_BINARY[$name]}'
STARTER
    chmod +x -- "$starter"
  done
}

# restarted_us NAME: starts it; from there to its first 200, in microseconds. A look each three milliseconds costs the
# service a request once it listens, and this shell a tenth of a millisecond.
restarted_us() {
  local deadline=$((SECONDS + READY_SECONDS)) pause ready at
  rm -f -- "$starters/$1.at"
  (BIN_DIR=$starters service_start "$1") &
  exec {pause}<> <(:)
  until says_ready "$1"; do
    ((SECONDS < deadline)) || die "$EX_FAILED" "$1 is not ready after $READY_SECONDS s; see $(service_log "$1")"
    read -r -t 0.003 -u "$pause" || true
  done
  ready=${EPOCHREALTIME/./}
  exec {pause}>&-
  wait "$!"
  at=$(<"$starters/$1.at")
  echo "$((ready - ${at/./}))"
}

# says_ready NAME: without a process of its own, which would take longer than the answer. Not before it was started:
# its port may be another's.
says_ready() {
  local port answer socket
  [[ -e $starters/$1.at ]] && read -r port <"$RUN_DIR/$1.http" || return 1
  { exec {socket}<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || return 1
  printf 'GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&"$socket"
  read -r -t 5 answer <&"$socket" || true
  exec {socket}>&-
  [[ ${answer:-} == *' 200 '* ]]
}
