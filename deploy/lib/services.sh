# shellcheck shell=bash
# shellcheck disable=SC2034 # other files read what is set here
# The services: a new one is a line in each of these. Started in this order.

readonly SERVICES=(order inventory shipping notify board)
declare -rA SERVICE_BINARY=([order]=OrderSvc [inventory]=InventorySvc [shipping]=ShippingSvc [notify]=NotifySvc [board]=BoardSvc)
declare -rA SERVICE_PORT=([order]=8081 [inventory]=8082 [shipping]=8083 [notify]=8084 [board]=8085)

readonly READY_SECONDS=60
# A service has ten seconds to settle what it has in hand; two more for the process to end.
readonly TERM_SECONDS=12

service_pid_file() { echo "$RUN_DIR/$1.pid"; }
service_log() { echo "$RUN_DIR/$1.log"; }
service_runs() { process_runs "$(service_pid_file "$1")"; }

# service_port NAME: as chosen when it was started; false when it never was.
service_port() {
  local port
  [[ -r $RUN_DIR/$1.http ]] || return 1
  port=$(<"$RUN_DIR/$1.http")
  [[ $port =~ ^[0-9]+$ ]] || return 1
  echo "$port"
}

# service_choose_port NAME: the one it had, or its usual one, when that is free. Two copies that start at once may
# choose the same: services_await sees who really listens.
service_choose_port() {
  local wanted
  wanted=$(service_port "$1") || wanted=${SERVICE_PORT[$1]}
  port_or_free "$wanted" "$1"
}

# service_start NAME [PORT]: on this port, or on the one it chooses. AMQP_URL comes in the environment, never in argv: it
# holds the password.
service_start() {
  local name=$1 binary=$BIN_DIR/${SERVICE_BINARY[$1]} port=${2:-}
  [[ -x $binary ]] || die "$EX_FAILED" "there is no $binary: unset SHOP_BIN to have it built"
  [[ -n $port ]] || port=$(service_choose_port "$name")
  echo "$port" >"$RUN_DIR/$name.http"
  (
    export HTTP_PORT=$port DATA_DIR=$RUN_DIR/data/$name
    if [[ $name == notify && -z ${SMTP_URL:-} ]]; then export MAIL_DIR=$RUN_DIR/mail; else unset MAIL_DIR; fi
    # The mail server's password is nobody else's business.
    [[ $name == notify ]] || unset SMTP_URL SMTP_USER SMTP_PASSWORD_FILE
    if [[ $name == board ]]; then board_environment; else unset BOARD_TOKEN BOARD_TOKEN_FILE; fi
    # Data, logs and e-mails hold the addresses of customers.
    umask 077
    mkdir -p -- "$DATA_DIR" ${MAIL_DIR:+"$MAIL_DIR"}
    log=$(service_log "$name")
    touch -- "$log"
    # To read the log of this start only, when something goes wrong.
    stat -c %s -- "$log" >"$RUN_DIR/.$name.log-offset"
    process_start "$(service_pid_file "$name")" "$log" "$binary"
  )
}

# Where the others are, and what an operator has to show: a token of this RUN_DIR's own, unless there is another.
board_environment() {
  local other port
  for other in "${SERVICES[@]}"; do
    port=$(service_port "$other") || port=${SERVICE_PORT[$other]}
    export "${other^^}_URL=http://127.0.0.1:$port"
  done
  [[ -z ${BOARD_TOKEN:-}${BOARD_TOKEN_FILE:-} ]] || return 0
  export BOARD_TOKEN_FILE=$RUN_DIR/board.token
  [[ -s $BOARD_TOKEN_FILE ]] || (umask 077 && head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$BOARD_TOKEN_FILE")
}

# service_stop_unless_current NAME: a service with another AMQP_URL than ours (the broker had to move to another port)
# would wait for ever.
service_stop_unless_current() {
  local pid entry
  pid=$(process_pid "$(service_pid_file "$1")") || return 0
  while IFS= read -r -d '' entry; do
    # shellcheck disable=SC2153 # set by the caller
    [[ $entry != "AMQP_URL=$AMQP_URL" ]] || return 0
  done <"/proc/$pid/environ"
  say "$1 was started for another broker: restarting it"
  services_stop "$1"
}

# services_stop NAME…: all at once, in order first, then by kill -9. Also those that are just being replaced.
services_stop() {
  local name file
  for name in "$@"; do
    for file in "$RUN_DIR/$name".{old.,}pid; do process_signal "$file" TERM; done
  done
  for name in "$@"; do
    for file in "$RUN_DIR/$name".{old.,}pid; do process_end "$file" "$name"; done
  done
}

# process_end FILE WHAT: waits for the end of one that was told to, and ends it by kill -9 when that takes too long.
process_end() {
  if ! wait_until "$TERM_SECONDS" process_gone "$1"; then
    complain "$2 did not end within $TERM_SECONDS s: killing it"
    process_signal "$1" KILL
    wait_until 10 process_gone "$1" || die "$EX_FAILED" "process $(<"$1") does not end"
  fi
  process_forget "$1"
}
