#!/usr/bin/env bash
#
# containers.sh [--single] [--cluster]
#
# The shop in containers, as deploy/compose.yaml has it, and with three brokers (both, unless one is named). A Docker daemon
# of its own, a base image from Debian's packages, images of what is built here. Then: how long until an order has travelled
# (told, not judged: that is the machine's business); that every container is as closed as promised; kill -9 of each while
# orders flow; and the books.
#
# Variables: RUN_DIR (else a temporary folder), BASE_ROOT (a folder that debootstrap has made), DIST (what deploy/dist has
# made): with these, a second run is quick.
#
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../..")
given_run_dir=${RUN_DIR:-}
RUN_DIR=${RUN_DIR:-$(mktemp -d)}
source "$root/deploy/lib/common.sh"
source "$root/deploy/lib/install.sh"
source "$root/deploy/lib/process.sh"
source "$root/deploy/lib/ports.sh"
source "$root/deploy/lib/private-docker.sh"
source "$root/deploy/lib/containers/trial.sh"

parts=()
for argument in "$@"; do
  case $argument in
    --single | --cluster) parts+=("${argument#--}") ;;
    *) die "$EX_USAGE" "unexpected argument '$argument'" ;;
  esac
done
((${#parts[@]} > 0)) || parts=(single cluster)

# shellcheck disable=SC2317 # called by the trap
clean_up() {
  local status=$?
  trap - EXIT
  ((status == 0)) || trial_logs
  trial_down
  docker_stop
  if [[ -z $given_run_dir ]]; then rm -rf --one-file-system -- "$RUN_DIR"; fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

make_run_dir
docker_start
if [[ -z $(docker images -q shop-base) ]]; then docker_base shop-base; fi
trial_folder
trial_images

for part in "${parts[@]}"; do
  trial_start "$part"
  case $part in
    single)
      trial_closed
      trial_flow
      for name in order inventory shipping notify board mail rabbitmq; do trial_kill "$name"; done
      ;;
    cluster)
      trial_members
      trial_flow
      trial_kill "$(trial_leader order.in)"
      trial_members
      ;;
  esac
  trial_books
  trial_secrets_kept
  trial_down
done
