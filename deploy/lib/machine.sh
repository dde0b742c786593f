# shellcheck shell=bash
# A machine to try the systemd units on: this one's files with everything changed in memory, booted by systemd in a
# container of its own, with no network but its loopback. MACHINE is the folder that all of it is below.

# shellcheck disable=SC2034 # other files read it
readonly PACKAGES_OF_MACHINE=(systemd systemd-container dbus curl iproute2 openssl rabbitmq-server)

MACHINE_ROOT=$MACHINE/root

# machine_possible: false, with the reason, where no such machine can be made.
machine_possible() {
  ((EUID == 0)) || { say "not as $(id -un): it takes root" && return 1; }
  unshare --mount --pid --fork --net true 2>/dev/null || { say "no namespaces here" && return 1; }
  grep -qw overlay /proc/filesystems || { say "no overlay file system here" && return 1; }
}

# machine_create: a Debian as after its installation, with RabbitMQ installed and nothing of it used.
machine_create() {
  local folder
  mkdir -p -- "$MACHINE/memory" "$MACHINE_ROOT"
  mount -t tmpfs -o size=4g tmpfs "$MACHINE/memory"
  mkdir -- "$MACHINE/memory/upper" "$MACHINE/memory/work"
  mount -t overlay -o "lowerdir=/,upperdir=$MACHINE/memory/upper,workdir=$MACHINE/memory/work" overlay "$MACHINE_ROOT"
  # What this machine runs is not to run there.
  rm -rf -- "$MACHINE_ROOT"/etc/systemd/system/*.wants "$MACHINE_ROOT"/etc/shop "$MACHINE_ROOT"/var/lib/private/shop
  rm -rf -- "$MACHINE_ROOT"/etc/rabbitmq "$MACHINE_ROOT"/var/{lib,log}/rabbitmq
  for folder in etc/rabbitmq var/lib/rabbitmq var/log/rabbitmq; do
    mkdir -- "$MACHINE_ROOT/$folder"
    chown "$(id -u rabbitmq):$(id -g rabbitmq)" "$MACHINE_ROOT/$folder"
  done
  : >"$MACHINE_ROOT/etc/machine-id"
  printf '[Unit]\nRequires=basic.target\nWants=shop.target\nAllowIsolate=yes\n' >"$MACHINE_ROOT/etc/systemd/system/trial.target"
}

machine_boot() {
  process_start "$MACHINE/pid" "$MACHINE/boot.log" systemd-nspawn --quiet --directory="$MACHINE_ROOT" --boot \
    --private-network --register=no --keep-unit --machine="shop-$$" systemd.unit=trial.target
  wait_until 60 machine_is_up || { tail_of "$MACHINE/boot.log" && die "$EX_FAILED" "the machine did not boot"; }
}

machine_is_up() { machine_run systemctl is-active --quiet basic.target 2>/dev/null; }

# machine_init: the pid, here, of the systemd that is 1 there.
machine_init() {
  local pid
  pid=$(process_pid "$MACHINE/pid") || return 1
  pgrep -P "$pid" -x systemd
}

# machine_run COMMAND…: there, with its output.
machine_run() {
  local init
  init=$(machine_init) || return 1
  nsenter -t "$init" --mount --pid --net --uts --ipc --cgroup -- "$@" </dev/null
}

machine_destroy() {
  machine_run systemctl poweroff >/dev/null 2>&1 || true
  wait_until 30 process_gone "$MACHINE/pid" || process_signal "$MACHINE/pid" KILL
  wait_until 10 process_gone "$MACHINE/pid" || complain "process $(<"$MACHINE/pid") does not end"
  if mountpoint -q "$MACHINE_ROOT"; then umount "$MACHINE_ROOT"; fi
  if mountpoint -q "$MACHINE/memory"; then umount "$MACHINE/memory"; fi
}
