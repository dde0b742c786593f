# shellcheck shell=bash
# Are the services ready? Each says so itself, at /health/ready of its admin port.

# service_ready NAME: 200 from its port, and it is really our process that listens there. What it said is kept.
service_ready() {
  local port pid code
  port=$(service_port "$1") && pid=$(process_pid "$(service_pid_file "$1")") || return 1
  port_held_by "$port" "$pid" || return 1
  code=$(curl -sS --noproxy '*' --max-time 5 -o "$RUN_DIR/.$1.ready" -w '%{http_code}' \
    "http://127.0.0.1:$port/health/ready" 2>/dev/null) || return 1
  [[ $code == 200 ]]
}

# services_await NAME…: until all are ready. One that ended because another process took its port just before is started
# again on a free one; any other end is a failure.
services_await() {
  local deadline=$((SECONDS + READY_SECONDS)) waiting=("$@") still name
  rm -f -- "$RUN_DIR"/.*.ready
  while ((${#waiting[@]} > 0)); do
    still=()
    for name in "${waiting[@]}"; do
      if service_ready "$name"; then continue; fi
      still+=("$name")
      if ! service_runs "$name"; then
        port_taken "$(service_port "$name")" || service_failed "$name" "ended"
        service_start "$name"
      elif ((SECONDS >= deadline)); then
        service_failed "$name" "is not ready after $READY_SECONDS s"
      fi
    done
    waiting=("${still[@]}")
    ((${#waiting[@]} == 0)) || sleep 0.1
  done
}

# service_failed NAME WHAT
service_failed() {
  local log offset
  log=$(service_log "$1")
  complain "$1 $2"
  if [[ -s $RUN_DIR/.$1.ready ]]; then
    say "what it answered at http://127.0.0.1:$(service_port "$1")/health/ready:"
    head -c 4000 "$RUN_DIR/.$1.ready" | sed 's/^/    /' >&2
    say ""
  fi
  offset=$(cat "$RUN_DIR/.$1.log-offset" 2>/dev/null || echo 0)
  say "the end of $log:"
  tail -c "+$((offset + 1))" -- "$log" | tail -n 20 | sed 's/^/    /' >&2
  exit "$EX_FAILED"
}
