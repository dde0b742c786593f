#!/usr/bin/env bash
#
# Every fault there is.
#
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../..")
exec "$root/deploy/faults"
