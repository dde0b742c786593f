# shellcheck shell=bash
# The private node: start, stop, kill. Callers hold the lock of RUN_DIR (kill excepted, which must not wait).

readonly BROKER_START_SECONDS=90

# broker_start: returns when the node is ready. Does nothing when it is, or when AMQP_URL names another broker.
broker_start() {
  if broker_is_foreign; then
    say "AMQP_URL is set: using the broker at $(broker_address), starting none"
    return
  fi
  install_packages "${PACKAGES_OF_BROKER[@]}"
  local tries=3 launched=0
  while ((tries-- > 0)); do
    if process_gone "$BROKER_PID"; then
      launched=1
      broker_launch
    fi
    node_load
    if broker_wait_ready; then
      say "broker ready on $NODE_ADDRESS:$NODE_AMQP_PORT (node $NODE_NAME)"
      return
    fi
    # Between our look and the node's listen somebody else took the port: a second copy that starts at the same time.
    # The next round sees that and chooses another.
    ((launched == 1)) || break
    broker_lost_its_port || break
    broker_end
  done
  local what="was not ready within $BROKER_START_SECONDS s"
  ! process_gone "$BROKER_PID" || what="ended while it started"
  tail_of "$BROKER_OUTPUT"
  tail_of "$BROKER_LOG"
  # One that ran before is left to whoever uses it.
  ((launched == 0)) || broker_end
  die "$EX_FAILED" "the broker $what; its logs are in $BROKER_DIR/log"
}

broker_launch() {
  node_choose
  node_environment
  if process_gone "$BROKER_EPMD_PID"; then
    process_start "$BROKER_EPMD_PID" "$BROKER_DIR/log/epmd.log" \
      "${NODE_ENV[@]}" epmd -port "$NODE_EPMD_PORT" -address "$NODE_ADDRESS"
    wait_until 10 broker_epmd_listens || die "$EX_FAILED" "epmd did not start; see $BROKER_DIR/log/epmd.log"
  fi
  : >"$BROKER_OUTPUT"
  (
    # A connection and a queue need descriptors; the usual soft limit of 1024 is soon too few.
    ulimit -Sn 65536 2>/dev/null || ulimit -Sn "$(ulimit -Hn)"
    process_start "$BROKER_PID" "$BROKER_OUTPUT" "${NODE_ENV[@]}" "$RABBITMQ_BIN/rabbitmq-server"
  )
}

broker_epmd_listens() {
  local pid
  pid=$(process_pid "$BROKER_EPMD_PID") && port_held_by "$NODE_EPMD_PORT" "$pid"
}

# broker_listens: our node does, not anybody.
broker_listens() {
  local pid
  pid=$(process_pid "$BROKER_PID") && port_held_by "$NODE_AMQP_PORT" "$pid"
}

broker_listens_or_gone() { broker_listens || process_gone "$BROKER_PID"; }
broker_lost_its_port() { port_taken "$NODE_AMQP_PORT" && ! broker_listens; }

# The port opens before the last boot steps are through, so rabbitmqctl has the last word.
broker_wait_ready() {
  wait_until "$BROKER_START_SECONDS" broker_listens_or_gone && broker_listens || return 1
  node_ctl 30 -q await_startup </dev/null >>"$BROKER_OUTPUT" 2>&1
}

# broker_stop: in order first, then by signal. Never fails for a node that doesn't run.
broker_stop() {
  if node_load && process_runs "$BROKER_PID"; then
    node_ctl 30 -q stop </dev/null >>"$BROKER_OUTPUT" 2>&1 || process_signal "$BROKER_PID" TERM
    if ! wait_until 20 process_gone "$BROKER_PID"; then
      complain "the broker did not stop within 20 s: killing it (what it confirmed is on disk)"
    fi
  fi
  broker_end
}

# broker_end: whatever still runs, at once; our own epmd too.
broker_end() {
  local file
  for file in "$BROKER_PID" "$BROKER_EPMD_PID"; do
    process_signal "$file" KILL
    wait_until 10 process_gone "$file" || die "$EX_FAILED" "process $(<"$file") does not end; see ps -p $(<"$file")"
    process_forget "$file"
  done
}

# broker_kill: the crash. Nothing is told, nothing is waited for but the end; epmd stays for the next start. False when
# there was nothing to kill.
broker_kill() {
  process_runs "$BROKER_PID" || return 1
  process_signal "$BROKER_PID" KILL
  wait_until 10 process_gone "$BROKER_PID" || die "$EX_FAILED" "process $(<"$BROKER_PID") does not end"
}
