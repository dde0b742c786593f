#!/usr/bin/env bash
# Every shell script of the repository passes shellcheck.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.."

command -v shellcheck >/dev/null || { echo "shellcheck is missing: apt-get install shellcheck" >&2 && exit 1; }

mapfile -t scripts < <(grep -rlE --include='*' '^#!/usr/bin/env bash|^# shellcheck shell=bash' deploy .ci)
shellcheck -x "${scripts[@]}"
