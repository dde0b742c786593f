# shellcheck shell=bash
# A Docker daemon of one's own: its containers, images and socket are below RUN_DIR, it makes no firewall rules and does not
# forward, and it does not know of the machine's daemon. Containers of one network reach each other; for images to be built
# with packages from outside, the build uses the machine's network.

DOCKER_DIR=$RUN_DIR/docker
readonly PACKAGES_OF_DOCKER=(docker.io docker-compose debootstrap)
export DOCKER_HOST=unix://$DOCKER_DIR/docker.sock DOCKER_BUILDKIT=0

docker_start() {
  ((EUID == 0)) || die "$EX_UNAVAILABLE" "a Docker daemon needs root"
  install_packages "${PACKAGES_OF_DOCKER[@]}"
  mkdir -p -- "$DOCKER_DIR"
  process_start "$DOCKER_DIR/daemon.pid" "$DOCKER_DIR/daemon.log" dockerd --iptables=false --ip6tables=false \
    --ip-forward=false --bridge=none --data-root "$DOCKER_DIR/data" --exec-root "$DOCKER_DIR/exec" \
    --pidfile "$DOCKER_DIR/dockerd.pid" --host "$DOCKER_HOST"
  wait_until 60 docker_answers || {
    tail_of "$DOCKER_DIR/daemon.log"
    die "$EX_UNAVAILABLE" "dockerd does not start here; its log is $DOCKER_DIR/daemon.log"
  }
}

docker_answers() { docker version >/dev/null 2>&1; }

# docker_stop: containers first, and what the daemon leaves mounted.
docker_stop() {
  local mounted
  process_signal "$DOCKER_DIR/daemon.pid" TERM
  wait_until 60 process_gone "$DOCKER_DIR/daemon.pid" || process_signal "$DOCKER_DIR/daemon.pid" KILL
  while read -r mounted; do umount -l -- "$mounted" || true; done < <(
    awk -v under="$DOCKER_DIR/" 'index($5, under) == 1 { print $5 }' /proc/self/mountinfo
  )
}

# docker_base NAME: a base image from Debian's packages: what Debian's own slim image holds. With the authorities that
# this machine trusts, which may be those of a mirror.
docker_base() {
  local root=$DOCKER_DIR/base mirror
  if [[ -z ${BASE_ROOT:-} ]]; then
    # shellcheck disable=SC2016 # apt's own variables
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | sort -u | grep -m 1 '/debian/$')
    timeout 900 debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "${mirror:-http://deb.debian.org/debian}" \
      >"$DOCKER_DIR/debootstrap.log" 2>&1 || die "$EX_FAILED" "debootstrap failed; see $DOCKER_DIR/debootstrap.log"
    cp -- /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null &&
      chroot "$root" update-ca-certificates >/dev/null 2>&1
    rm -rf -- "$root"/usr/share/{doc,man,locale,info}/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
  fi
  tar -C "${BASE_ROOT:-$root}" -c . | docker import - "$1" >/dev/null
}
