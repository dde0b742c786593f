# shellcheck shell=bash
# A rolling upgrade: services are replaced one at a time. The new process waits beside the old one, untouched by anything,
# until that one has settled what it had in hand; see docs/UPGRADING.md.

readonly WAIT_SECONDS=30 # for a new process to come as far as waiting

service_old_pid_file() { echo "$RUN_DIR/$1.old.pid"; }

# older_build NAME PID: does it run another file than the one that would be started now? A binary that was built anew
# leaves its old file to those who run it.
older_build() { [[ ! /proc/$2/exe -ef $BIN_DIR/${SERVICE_BINARY[$1]} ]]; }

# services_of_older_build: one a line.
services_of_older_build() {
  local name pid
  for name in "${SERVICES[@]}"; do
    pid=$(process_pid "$(service_pid_file "$name")") || continue
    ! older_build "$name" "$pid" || echo "$name"
  done
}

# service_roll NAME: returns when the new one is ready. As long as that fails before it waits, the old one goes on.
service_roll() {
  local name=$1 file old new
  file=$(service_pid_file "$name") old=$(service_old_pid_file "$name")
  cp -- "$file.stamp" "$old.stamp"
  cp -- "$file" "$old"
  service_start "$name" "$(service_port "$name")"
  new=$(<"$file")
  if ! wait_until "$WAIT_SECONDS" waits_or_gone "$file" "$new" || process_gone "$file"; then
    process_signal "$file" KILL
    mv -f -- "$old.stamp" "$file.stamp"
    mv -f -- "$old" "$file"
    service_failed "$name" "could not be replaced, and goes on as it was"
  fi
  service_end_old "$name"
  services_await "$name"
}

waits_or_gone() { waits_for_lock "$2" || process_gone "$1"; }

# waits_for_lock PID: the kernel's own list of who waits.
waits_for_lock() { awk -v pid="$1" '$2 == "->" && $3 == "FLOCK" && $6 == pid { found = 1 } END { exit !found }' /proc/locks; }

# service_end_old NAME: ends the process that is being replaced, if there is one.
service_end_old() {
  local old
  old=$(service_old_pid_file "$1")
  process_signal "$old" TERM
  process_end "$old" "the older process of $1"
}
