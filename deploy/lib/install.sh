# shellcheck shell=bash
# shellcheck disable=SC2034 # other files read what is set here
# Debian packages: installs what is missing, as root or by sudo, and asks nothing when nothing is.

readonly PACKAGES_TO_RUN=(ca-certificates curl jq libcurl4 librabbitmq4 libsqlite3-0 libssl3)
readonly PACKAGES_TO_BUILD=(
  libcurl4-openssl-dev librabbitmq-dev libsqlite3-dev    # what the package links with
  libssl-dev zlib1g-dev pkg-config
  git                                                    # swift fetches its dependencies
  binutils libc6-dev libgcc-12-dev libstdc++-12-dev      # what the toolchain itself leans on
)
readonly PACKAGES_OF_BROKER=(rabbitmq-server)
readonly PACKAGES_OF_CLUSTER=(iproute2 iptables jq "${PACKAGES_OF_BROKER[@]}")
readonly PACKAGES_TO_TEST=(python3-pika python3-aiosmtpd amqp-tools openssl shellcheck systemd chromium chromium-driver fonts-dejavu-core)

readonly POLICY=/usr/sbin/policy-rc.d
readonly POLICY_MARK='written by deploy/lib/install.sh'

# install_packages NAME…
install_packages() {
  local missing
  missing=$(packages_missing "$@")
  [[ -n $missing ]] || return 0
  command -v apt-get >/dev/null ||
    die "$EX_FAILED" "missing, and there is no apt-get to install it with: ${missing//$'\n'/ }"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "$EX_FAILED" "missing packages. As root: apt-get install --no-install-recommends ${missing//$'\n'/ }"
  fi
  (
    # One at a time: the policy file below has one place.
    exec {lock}>>/run/lock/amqp-bridge-install.lock
    flock -w 900 "$lock" ||
      die "$EX_FAILED" "another installation still runs after 15 minutes (/run/lock/amqp-bridge-install.lock)"
    missing=$(packages_missing "$@")
    [[ -n $missing ]] || exit 0
    # shellcheck disable=SC2086 # one word a package
    apt_install $missing
  )
}

# packages_missing NAME…: those that aren't installed, one a line. Without dpkg nobody knows: the build will tell.
packages_missing() {
  command -v dpkg-query >/dev/null || return 0
  local name
  for name in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || echo "$name"
  done
}

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

# apt_install NAME…: in a subshell, for its traps.
apt_install() {
  local log=$RUN_DIR/install.log
  make_run_dir
  say "installing $*"
  trap services_allow EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  services_forbid
  # The lists of a fresh machine are empty or old: refresh them only when the first try fails.
  if ! apt_get install "$@" >"$log" 2>&1 && ! { apt_get update && apt_get install "$@"; } >>"$log" 2>&1; then
    tail_of "$log"
    die "$EX_FAILED" "apt-get could not install: $*. Install them by hand, then run this again"
  fi
}

apt_get() {
  local options=(-y --no-install-recommends -o DPkg::Lock::Timeout=300)
  [[ $1 == install ]] || options=(-o DPkg::Lock::Timeout=300)
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "${options[@]}" "$@" </dev/null
}

# services_forbid: Debian starts what it installs (rabbitmq-server, epmd), on every interface. policy-rc.d is Debian's
# way to say no; somebody else's is set aside and comes back, also after an error, and also when we were killed here.
services_forbid() {
  services_allow
  if [[ -e $POLICY ]]; then
    # One that says no already (101; containers have it) can stay.
    local answer=0
    as_root "$POLICY" rabbitmq-server start >/dev/null 2>&1 </dev/null || answer=$?
    ((answer != 101)) || return 0
    as_root mv -- "$POLICY" "$POLICY.set-aside"
  fi
  printf '#!/bin/sh\n# %s: no service starts while packages are installed\nexit 101\n' "$POLICY_MARK" |
    as_root tee "$POLICY" >/dev/null
  as_root chmod 755 "$POLICY"
}

# services_allow: takes back what services_forbid did, if anything.
services_allow() {
  if grep -qs "$POLICY_MARK" "$POLICY"; then as_root rm -f -- "$POLICY"; fi
  if [[ -e $POLICY.set-aside && ! -e $POLICY ]]; then as_root mv -- "$POLICY.set-aside" "$POLICY"; fi
}
