#!/usr/bin/env bash
#
# Every class of fault at least once: the shop is broken on purpose while orders flow, and nothing may be lost, doubled or
# stuck.
#
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
scenarios=(
  broker-kill memory-alarm unroutable                 # broker
  service-kill service-term                           # service
  path-reset path-drop                                # path
  poison-throw                                        # poison
  duplicates corrupt-bodies                           # events
  disk-full                                           # storage
  clock-jump-back                                     # clock
  permission-revoked                                  # security
  mail-refusing                                       # mail
  cluster-leader-killed                               # cluster
)
exec "$root/deploy/faults" "${scenarios[@]}"
