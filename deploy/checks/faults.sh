#!/usr/bin/env bash
#
# Every class of fault once: the shop is broken on purpose while orders flow, and nothing may be lost, doubled or stuck.
#
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
scenarios=(broker-kill service-kill)
exec "$root/deploy/faults" "${scenarios[@]}"
