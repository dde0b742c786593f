#!/usr/bin/env bash
#
# Of every class of fault the one that no test of the shop makes by itself: the shop is broken on purpose while orders flow, and
# nothing may be lost, doubled or stuck. All of them: deploy/test --all.
#
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
scenarios=(
  broker-kill                                         # broker
  service-kill                                        # service
  path-drop                                           # path
  duplicates corrupt-bodies                           # events
  disk-full                                           # storage
  clock-jump-back                                     # clock
  permission-revoked                                  # security
  mail-refusing                                       # mail
  cluster-leader-killed                               # cluster
)
exec "$root/deploy/faults" "${scenarios[@]}"
