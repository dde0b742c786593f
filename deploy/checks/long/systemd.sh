#!/usr/bin/env bash
#
# The systemd units for real: a machine is booted, the commands of deploy/systemd/README.md are typed there, and the shop
# travels orders as five users without rights; it survives kill -9 of each, and a broker that comes late.
#
# shellcheck source-path=SCRIPTDIR/../../lib
set -euo pipefail
lib=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../lib")
source "$lib/common.sh"
source "$lib/install.sh"
source "$lib/process.sh"
source "$lib/services.sh"

MACHINE=$(mktemp -d)
source "$lib/machine.sh"

# shellcheck disable=SC2317 # called by the trap
clean_up() {
  local status=$?
  trap - EXIT
  ((status == 0)) || machine_run journalctl --no-pager -u 'shop*' 2>/dev/null | tail -n 40 >&2 || true
  machine_destroy
  if ((status == 0)); then rm -rf -- "$MACHINE"; else say "what it left: $MACHINE"; fi
  exit "$status"
}

# readme_commands HEADING: the first block of commands below it. Building and installing packages happened already.
# shellcheck disable=SC2016 # as it stands there
readme_commands() {
  awk -v heading="## $1" '$0 == heading { here = 1 } here && /^```$/ { exit } code { print } here && /^```sh$/ { code = 1 }' \
    "$REPO_ROOT/deploy/systemd/README.md" |
    sed -e '/^apt-get /d' -e '/^swift build /d' -e 's|"$(swift build [^)]*)"|bin|'
}

copy_programs() {
  local name
  mkdir "$MACHINE_ROOT/srv/shop/bin"
  for name in shop "${SERVICE_BINARY[@]}"; do
    cp "${SHOP_BIN:-$REPO_ROOT/.build/debug}/$name" "$MACHINE_ROOT/srv/shop/bin/"
  done
}

# as_written HEADING: types them, on the machine, in a copy of the repository.
as_written() {
  readme_commands "$1" >"$MACHINE_ROOT/srv/shop/commands"
  machine_run bash -euc 'cd /srv/shop && source ./commands' >"$MACHINE/commands.log" 2>&1 ||
    { tail_of "$MACHINE/commands.log" && die "$EX_FAILED" "the commands below '$1' in deploy/systemd/README.md failed"; }
}

# shop_there ARGUMENT…: the command line as the README has it.
shop_there() { machine_run bash -c 'set -a; . /etc/shop/operator.env; exec shop "$@"' shop "$@"; }

all_ready() {
  local port
  for port in "${SERVICE_PORT[@]}"; do machine_run curl -sf -o /dev/null "127.0.0.1:$port/health/ready" || return 1; done
}
await_ready() { wait_until 60 all_ready || die "$EX_FAILED" "after 60 s not all services are ready: $1"; }

balanced() { shop_there audit --wait 60s || die "$EX_FAILED" "the books do not balance: $1"; }

# What the kernel says of a running service; limits of memory and of addresses are the host's control groups' to keep.
check_confinement() {
  local name pid status user
  for name in "${SERVICES[@]}"; do
    pid=$(machine_run systemctl show -p MainPID --value "shop@$name")
    status=$(machine_run cat "/proc/$pid/status")
    user=$(machine_run stat -c %U "/proc/$pid")
    [[ $user == "shop-$name" ]] || die "$EX_FAILED" "$name runs as $user"
    for line in $'CapEff:\t0000000000000000' $'CapBnd:\t0000000000000000' $'NoNewPrivs:\t1' $'Seccomp:\t2'; do
      grep -qxF "$line" <<<"$status" || die "$EX_FAILED" "$name: not '$line' in /proc/$pid/status"
    done
    ! machine_run nsenter -t "$pid" --mount -- touch /etc/shop-was-here 2>/dev/null || die "$EX_FAILED" "$name can write to /etc"
  done
}

kill_each() {
  local name before
  for name in "${SERVICES[@]}"; do
    before=$(machine_run systemctl show -p MainPID --value "shop@$name")
    machine_run systemctl kill -s KILL "shop@$name"
    wait_until 20 restarted "$name" "$before" || die "$EX_FAILED" "$name was killed and did not come back"
  done
}
restarted() {
  local now
  now=$(machine_run systemctl show -p MainPID --value "shop@$1")
  [[ $now != 0 && $now != "$2" ]]
}

machine_possible || { say "skipped: the units are checked by systemd-analyze only" && exit 0; }
install_packages "${PACKAGES_TO_RUN[@]}" "${PACKAGES_OF_MACHINE[@]}"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

machine_create
mkdir -p "$MACHINE_ROOT/srv/shop"
cp -a "$REPO_ROOT/deploy" "$MACHINE_ROOT/srv/shop/"
rm -rf "$MACHINE_ROOT/srv/shop/deploy/secrets.d"
copy_programs
machine_boot
as_written 'The broker'
as_written 'The shop'
await_ready "after the installation"
check_confinement

shop_there stock set MUG=1000 >/dev/null
shop_there order place --email ann@example.com --line MUG=1 --count 50 >/dev/null
kill_each
await_ready "after kill -9 of each"
balanced "after kill -9 of each"

# The broker comes late: doors are open, and the topology waits for it.
machine_run systemctl stop shop.target rabbitmq-server
machine_run systemctl start shop.target
machine_run curl -sf -o /dev/null --retry 20 --retry-connrefused --retry-delay 1 127.0.0.1:8081/orders \
  -d '{"customer": {"email": "ann@example.com"}, "lines": [{"sku": "MUG", "quantity": 1}]}' ||
  die "$EX_FAILED" "no order is taken while the broker is away"
machine_run systemctl start rabbitmq-server
await_ready "after the broker came late"
balanced "after the broker came late"

# A wrong setting is an end, not a loop.
echo 'AMQP_PREFETCH=many' >>"$MACHINE_ROOT/etc/shop/order.env"
machine_run systemctl restart shop@order || true
wait_until 10 machine_run systemctl is-failed --quiet shop@order || die "$EX_FAILED" "a wrong setting does not end the service"
[[ $(machine_run systemctl show -p ExecMainStatus,NRestarts --value shop@order | tr '\n' ' ') =~ ^(64\ +0|0\ +64)\ *$ ]] ||
  die "$EX_FAILED" "after a wrong setting: $(machine_run systemctl show -p ExecMainStatus,NRestarts shop@order)"
