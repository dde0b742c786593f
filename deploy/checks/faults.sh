#!/usr/bin/env bash
#
# The classes of fault that no test of the shop makes by itself: the shop is broken on purpose while orders flow, and nothing
# may be lost, doubled or stuck. Killing the broker and services, duplicates, corrupt bodies and mail servers that refuse have
# tests of their own. All of them: deploy/test --all.
#
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
scenarios=(
  path-drop                                           # path
  disk-full                                           # storage
  clock-jump-back                                     # clock
  permission-revoked                                  # security
  cluster-leader-killed                               # cluster
)
exec "$root/deploy/faults" "${scenarios[@]}"
