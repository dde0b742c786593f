#!/usr/bin/env bash
# The systemd units as they are installed: systemd finds nothing to complain about, each is as closed as it was meant to
# be, secrets are root's alone, and settings survive a second installation.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")

# In tenths, as systemd-analyze counts from 0.0 (closed) to 10.0; up to 2.0 it says "OK".
readonly EXPOSURE=12
readonly UNITS=(shop-topology.service shop@{order,inventory,shipping,notify,board}.service)

command -v systemd-analyze >/dev/null || { echo "systemd-analyze is missing: apt-get install systemd" >&2 && exit 1; }

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
failures=0
wrong() {
  echo "systemd: $*" >&2
  failures=1
}

# What is looked at is where programs and secrets go, not what is in them.
make_sources() {
  local name
  mkdir "$work/bin" "$work/secrets"
  for name in OrderSvc InventorySvc ShippingSvc NotifySvc BoardSvc shop; do cp "$(type -P true)" "$work/bin/$name"; done
  for name in {order,inventory,shipping,notify,board,operator,topology,customer}.password board.token ca.pem ca-key.pem; do
    (umask 077 && echo "word of $name" >"$work/secrets/$name")
  done
}

install_units() { DESTDIR=$work/root "$root/deploy/systemd/install" "$work/bin" "$work/secrets"; }

check_usage() {
  local status=0
  "$root/deploy/systemd/install" --help | grep -q '^deploy/systemd/install BINARIES SECRETS' || wrong "install --help does not explain"
  "$root/deploy/systemd/install" --no-such-option 2>/dev/null || status=$?
  ((status == 64)) || wrong "install --no-such-option: exit code $status, not 64"
  status=0
  DESTDIR=$work/refused "$root/deploy/systemd/install" "$work/bin" "$work/bin" 2>/dev/null || status=$?
  [[ $status == 1 && ! -e $work/refused ]] || wrong "install without secrets: exit code $status, not 1, or it left something"
}

check_secrets() {
  local file mode
  while read -r mode file; do
    [[ $mode == 600 ]] || wrong "$file has mode $mode, not 600"
  done < <(find "$work/root/etc/shop" -type f -printf '%m %p\n')
  for file in customer.password ca-key.pem; do
    [[ ! -e $work/root/etc/shop/secrets/$file ]] || wrong "$file is no unit's business and was installed"
  done
}

check_settings_stay() {
  echo 'LOG_LEVEL=debug' >"$work/root/etc/shop/shop.env"
  install_units
  [[ $(<"$work/root/etc/shop/shop.env") == 'LOG_LEVEL=debug' ]] || wrong "a second installation wrote over /etc/shop/shop.env"
}

# What it complains about it may take all the same, so silence counts, too.
check_verify() {
  local unit said
  # The units that ours name: sysinit.target and so on.
  mkdir -p "$work/root/lib/systemd"
  cp -a /lib/systemd/system "$work/root/lib/systemd/"
  for unit in shop.target "${UNITS[@]}"; do
    if ! said=$(systemd-analyze verify --root="$work/root" --man=no "$unit" 2>&1) || [[ -n $said ]]; then wrong "verify $unit: $said"; fi
  done
}

check_security() {
  local unit said
  for unit in "${UNITS[@]}"; do
    said=$(systemd-analyze security --root="$work/root" --offline=true --threshold="$EXPOSURE" --no-pager "$unit" 2>&1) ||
      wrong "$unit is more open than $EXPOSURE tenths:"$'\n'"$(grep '^✗' <<<"$said")"
    grep -F 'Overall exposure level' <<<"$said" || wrong "$unit: $said"
  done
}

make_sources
check_usage
install_units
check_secrets
check_settings_stay
check_verify
check_security
exit "$failures"
