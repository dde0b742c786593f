# shellcheck shell=bash
# Background processes, known by their pid files. FILE holds the pid and nothing else (kill -9 $(cat FILE) is for
# everybody); FILE.stamp says which process that was, because pids come back: nothing is ever signalled whose start
# time differs.

# process_stat PID: the fields of /proc/PID/stat from the state on (the name before them may hold spaces).
process_stat() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  echo "${stat##*) }"
}

# process_stamp PID: the boot, and the start time within it (field 22; the state is field 3).
process_stamp() {
  local stat fields
  stat=$(process_stat "$1") || return 1
  read -ra fields <<<"$stat"
  echo "$(</proc/sys/kernel/random/boot_id) ${fields[19]}"
}

# process_pid FILE: prints the pid when that process runs. A zombie doesn't.
process_pid() {
  local pid stamp
  [[ -r $1 && -r $1.stamp ]] || return 1
  pid=$(<"$1")
  [[ $pid =~ ^[0-9]+$ ]] || return 1
  stamp=$(process_stamp "$pid") || return 1
  [[ $stamp == "$(<"$1.stamp")" && $(process_stat "$pid") != [ZX]* ]] || return 1
  echo "$pid"
}

process_runs() { process_pid "$1" >/dev/null; }
process_gone() { ! process_runs "$1"; }

# process_start FILE LOG COMMAND…: in the background, in a session of its own so that it outlives the terminal, with
# nothing of ours open. Returns when FILE holds its pid.
process_start() {
  local file=$1 log=$2
  shift 2
  rm -f -- "$file" "$file.stamp"
  setsid --fork bash "${BASH_SOURCE[0]%/*}/launch.sh" "$file" "$@" </dev/null >>"$log" 2>&1
  wait_until 10 test -s "$file" || die "$EX_FAILED" "could not start ${*: -1}; see $log"
}

# process_signal FILE SIGNAL: only if it still is the process we started.
process_signal() {
  local pid
  pid=$(process_pid "$1") || return 0
  kill -s "$2" "$pid" 2>/dev/null || true
}

# process_forget FILE
process_forget() { rm -f -- "$1" "$1.stamp"; }
