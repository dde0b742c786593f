#!/usr/bin/env bash
#
# deploy/up --roll: what runs from an older build is replaced while orders flow, and nothing else; one that cannot start
# leaves the old one at work.
#
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../..")
built=${SHOP_BIN:-$root/.build/debug}
RUN_DIR=$(mktemp -d)
SHOP_BIN=$RUN_DIR/bin
export RUN_DIR SHOP_BIN
unset AMQP_URL
source "$root/deploy/lib/process.sh"

clean_up() {
  local status=$?
  trap - EXIT
  "$root/deploy/down" >/dev/null 2>&1 || status=1
  rm -rf -- "$RUN_DIR"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() { echo "roll: $*" >&2 && exit 1; }
pid_of() { cat "$RUN_DIR/$1.pid"; }
# is_gone PID: nobody may have asked yet how it ended.
is_gone() {
  local stat
  stat=$(process_stat "$1") || return 0
  [[ $stat == [ZX]* ]]
}

# replace BINARY SOURCE: as a build does, which leaves the old file to those who run it.
replace() {
  cp -- "$2" "$SHOP_BIN/.new"
  chmod 755 "$SHOP_BIN/.new"
  mv -f -- "$SHOP_BIN/.new" "$SHOP_BIN/$1"
}

mkdir "$SHOP_BIN"
for binary in OrderSvc InventorySvc ShippingSvc NotifySvc BoardSvc shop; do
  ln -s -- "$built/$binary" "$SHOP_BIN/$binary"
done
"$root/deploy/up" >/dev/null
"$root/deploy/shop" stock set ROLL=100000 >/dev/null
declare -A before=()
for name in order inventory shipping notify board; do before[$name]=$(pid_of "$name"); done

replace OrderSvc "$built/OrderSvc"
replace InventorySvc "$built/InventorySvc"
"$root/deploy/up" | grep -c 'from an older build' | grep -qx 2 || fail "it does not see two older builds"
"$root/deploy/shop" order place --email a@example.org --line ROLL=1 --count 300 --rate 20 >/dev/null &
orders=$!
"$root/deploy/up" --roll >"$RUN_DIR/said" || fail "it failed: $(cat "$RUN_DIR/said")"
for name in order inventory; do
  [[ $(pid_of "$name") != "${before[$name]}" ]] || fail "$name was not replaced"
  is_gone "${before[$name]}" || fail "the old process of $name still runs"
done
for name in shipping notify board; do
  [[ $(pid_of "$name") == "${before[$name]}" ]] || fail "$name was replaced, and had no older build"
done
"$root/deploy/up" --roll notify >/dev/null
[[ $(pid_of notify) != "${before[notify]}" ]] || fail "notify was not replaced by its name"

printf '#!/bin/sh\necho "it does not start" >&2\nexit 1\n' >"$RUN_DIR/broken"
replace ShippingSvc "$RUN_DIR/broken"
status=0
"$root/deploy/up" --roll 2>"$RUN_DIR/said" >&2 || status=$?
((status == 1)) || fail "a version that does not start: exit code $status"
grep -q 'it does not start' "$RUN_DIR/said" || fail "it does not say why: $(cat "$RUN_DIR/said")"
[[ $(pid_of shipping) == "${before[shipping]}" ]] || fail "shipping is somebody else now"
! is_gone "${before[shipping]}" || fail "shipping does not go on"

wait "$orders" || fail "not all orders were taken"
"$root/deploy/shop" audit || fail "the books do not balance"
