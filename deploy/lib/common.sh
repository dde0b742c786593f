# shellcheck shell=bash
# shellcheck disable=SC2034 # other files read what is set here
# What every command here shares: where things are, how it speaks, how it fails.
# Sourced first, from a script directly in deploy/.

readonly EX_FAILED=1 EX_USAGE=64 EX_UNAVAILABLE=69

DEPLOY_DIR=$(realpath -- "${BASH_SOURCE[0]%/*}/..")
REPO_ROOT=$(dirname "$DEPLOY_DIR")
COMMAND=${0##*/}

# Everything a copy of the shop leaves behind is below RUN_DIR, as an absolute path: two copies are two folders.
RUN_DIR=$(realpath -m -- "${RUN_DIR:-$REPO_ROOT/.run}")
export RUN_DIR REPO_ROOT

# Colours on a terminal only; https://no-color.org.
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
else
  BOLD='' DIM='' RED='' GREEN='' YELLOW='' PLAIN=''
fi
readonly BOLD DIM RED GREEN YELLOW PLAIN

# say TEXT…: progress. On stderr, so that stdout holds results and nothing else.
say() { printf '%s\n' "$*" >&2; }

# complain TEXT…: something is wrong.
complain() { printf '%s: %s\n' "$COMMAND" "$*" >&2; }

# die STATUS TEXT…
die() {
  local status=$1
  shift
  complain "$@"
  exit "$status"
}

# usage: prints the comment that the script begins with, so that the help and the script cannot drift apart.
usage() { awk 'NR <= 2 { next } /^#/ { sub(/^# ?/, ""); print; next } { exit }' "$0"; }

# wrong_usage TEXT…
wrong_usage() { die "$EX_USAGE" "$*; see deploy/$COMMAND --help"; }

# wait_until SECONDS COMMAND…: true as soon as the command is; false when the time is over.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# tail_of FILE [LINES]: the end of a log, indented, on stderr, for an error message.
tail_of() {
  [[ -s $1 ]] || return 0
  say "the end of $1:"
  tail -n "${2:-20}" -- "$1" | sed 's/^/    /' >&2
}

# make_run_dir: only once something is to be written; a command that was refused leaves nothing behind.
make_run_dir() {
  mkdir -p -- "$RUN_DIR" 2>/dev/null || die "$EX_FAILED" "can't create $RUN_DIR: set RUN_DIR to a folder you may write to"
}

# lock_run_dir: commands that start or stop things in one RUN_DIR take turns.
lock_run_dir() {
  make_run_dir
  exec {RUN_LOCK}>>"$RUN_DIR/.lock"
  flock -n "$RUN_LOCK" && return
  say "waiting for another deploy command in $RUN_DIR"
  flock -w 180 "$RUN_LOCK" || die "$EX_FAILED" "another deploy command still works in $RUN_DIR after 3 minutes"
}

unlock_run_dir() { exec {RUN_LOCK}>&-; }
