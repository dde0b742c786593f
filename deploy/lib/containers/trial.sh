# shellcheck shell=bash
# What deploy/checks/long/containers.sh does with the shop in containers. A check that fails ends it.

readonly TRIAL=$RUN_DIR/trial
CLUSTER=()

told() { printf '%-9s %s\n' "${PART:-images}" "$*"; }
fail() { die "$EX_FAILED" "${PART:-images}: $*"; }

# trial_folder: a copy of what a clone holds, so that a first start is one, and nothing is left in the repository.
trial_folder() {
  rm -rf -- "$TRIAL"
  mkdir -p -- "$TRIAL"
  cp -a -- "$REPO_ROOT/deploy" "$REPO_ROOT/.dockerignore" "$TRIAL/"
  rm -rf -- "$TRIAL/deploy/secrets.d" "$TRIAL/deploy/.env"
  if [[ -n ${DIST:-} ]]; then cp -a -- "$DIST" "$TRIAL/dist"; else "$REPO_ROOT/deploy/dist" "$TRIAL/dist"; fi
  local name taken=()
  for name in AMQPS ORDER INVENTORY SHIPPING NOTIFY BOARD MAIL; do
    taken+=("$(free_port "${taken[@]}")")
    declare -gx "${name}_PORT=${taken[-1]}"
  done
}

trial_images() {
  local target begin=$SECONDS name
  for target in broker mail shop; do
    name=shop-$target
    [[ $target != shop ]] || name=shop
    timeout 900 docker build --network=host --build-arg BASE_IMAGE=shop-base --build-arg SWIFT_IMAGE=shop-base \
      -f "$TRIAL/deploy/Containerfile" --target "$target" -t "$name" "$TRIAL" >"$RUN_DIR/build-$target.log" 2>&1 ||
      { tail_of "$RUN_DIR/build-$target.log" && fail "the image $name could not be built"; }
  done
  told "built in $((SECONDS - begin)) s: $(docker images --format '{{.Repository}} {{.Size}}' | grep '^shop' | sort | paste -sd , | sed 's/,/, /g')"
}

compose() { timeout "${LIMIT:-300}" "$TRIAL/deploy/compose" "${CLUSTER[@]}" "$@" </dev/null; }
# shop ARGUMENT…: the command line, in the container that trial_start has opened for it.
shop() { timeout "${LIMIT:-60}" docker exec "trial-$PART" shop "$@" 2>>"$RUN_DIR/shop.err"; }
container() { docker ps -aq --filter "label=com.docker.compose.service=$1" --filter label=com.docker.compose.oneoff=False; }
state() { docker inspect --format "$2" "$(container "$1")"; }
process_of() { state "$1" '{{.State.Pid}}'; }
is_healthy() { [[ $(state "$1" '{{.State.Health.Status}}') == healthy ]]; }

# trial_start PART: until the first order has been shipped.
trial_start() {
  PART=$1 CLUSTER=()
  [[ $PART != cluster ]] || CLUSTER=(--cluster)
  if [[ $PART == single ]]; then
    # Without the wrapper, which makes them.
    if docker-compose -f "$TRIAL/deploy/compose.yaml" up -d >"$RUN_DIR/missing.log" 2>&1; then fail "it starts without secrets"; fi
    grep -q 'run deploy/secrets first' "$RUN_DIR/missing.log" || fail "without secrets it does not say what to do"
    told "without secrets: $(grep -oE '[a-z ]+: run deploy/secrets first$' "$RUN_DIR/missing.log" | head -n 1)"
  fi
  local begin=$SECONDS up
  compose up -d --no-build >"$RUN_DIR/up-$PART.log" 2>&1 || { tail_of "$RUN_DIR/up-$PART.log" && fail "up failed"; }
  up=$((SECONDS - begin))
  compose run -d --rm --name "trial-$PART" --entrypoint sleep shop infinity >/dev/null 2>&1 || fail "no shop command"
  wait_until 60 trial_ready || fail "not all are ready after a minute"
  shop stock set MUG=100000 >/dev/null || fail "stock could not be set"
  shop order place --email ann@example.com --line MUG=1 --json >"$RUN_DIR/placed"
  wait_until 60 trial_shipped || fail "the first order was not shipped within a minute"
  told "up in $up s, the first order has travelled after $((SECONDS - begin)) s"
}

trial_ready() {
  local name
  for name in order inventory shipping notify board; do is_healthy "$name" || return 1; done
}

trial_shipped() { shop order list --status shipped --json | grep -q shipped; }

# trial_closed: every container runs as somebody without rights, on a root that it cannot change, and is seen from this
# machine alone. Looked at from outside, where the kernel says it.
trial_closed() {
  local id name pid ids=()
  mapfile -t ids < <(docker ps -q)
  for id in "${ids[@]}"; do
    name=$(docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}}' "$id")
    pid=$(docker inspect --format '{{.State.Pid}}' "$id")
    docker inspect "$id" | jq -e --arg name "$name" '.[0].HostConfig | .ReadonlyRootfs and .CapDrop == ["ALL"] and (.Privileged | not) and
      .Memory > 0 and .PidsLimit > 0 and (.RestartPolicy.Name == "unless-stopped" or $name == "shop") and
      (.SecurityOpt | index("no-new-privileges:true")) and ([.PortBindings // {} | .[][].HostIp] | all(. == "127.0.0.1"))' >/dev/null ||
      fail "$name is not as closed as it should be: docker inspect"
    awk '/^Uid:/ { uid = $2 } /^Cap(Inh|Prm|Eff|Bnd|Amb):/ { if ($2 !~ /^0+$/) bad = 1 } /^NoNewPrivs:/ { if ($2 != 1) bad = 1 }
      END { exit bad || uid == 0 }' "/proc/$pid/status" || fail "$name has rights: /proc/$pid/status"
    ! docker exec "$id" bash -c 'exec >/written' 2>/dev/null || fail "$name can write to its root"
  done
  told "${#ids[@]} containers: no root, no capability, no new privileges, root read-only, ports on loopback, memory and processes limited"
  ! docker exec "$(container order)" bash -c 'exec 3<>/dev/tcp/rabbitmq/5672' 2>/dev/null || fail "the broker speaks without TLS"
  local users
  users=$(docker exec "$(container rabbitmq)" rabbitmqctl -q list_users --no-table-headers | cut -f 1 | sort | paste -sd ' ')
  [[ $users == 'board customer inventory notify operator order shipping topology' ]] || fail "the broker's users are: $users"
  told "secrets of order: $(docker exec "$(container order)" ls /run/secrets | paste -sd ' '); the broker's users: $users"
}

# trial_flow: customers place orders, a few at a time, until told to stop. What was confirmed to them is kept. Whoever is
# refused tries again, as people do.
trial_flow() {
  local customer=$RUN_DIR/customer
  rm -f -- "$customer.end"
  (
    until [[ -e $customer.end ]]; do
      shop order place --email ann@example.com --line MUG=1 --count 20 --rate 20 --json || sleep 0.5
    done >>"$RUN_DIR/placed"
  ) &
  CUSTOMER=$!
  wait_until 60 trial_placed 20 || fail "no orders flow"
}

trial_placed() { (($(grep -c '"confirmed":true' "$RUN_DIR/placed") >= $1)); }

# trial_kill NAME: its process, from outside, as the kernel does when memory ends. (What `docker kill` ends, Docker takes for
# stopped by hand, and leaves.) Back by itself, and orders flow.
trial_kill() {
  local name=$1 pid begin
  pid=$(process_of "$name")
  kill -9 "$pid"
  begin=$SECONDS
  wait_until 120 trial_is_back "$name" "$pid" || fail "$name did not come back"
  told "kill -9 of $name: back and healthy after $((SECONDS - begin)) s"
  wait_until 60 trial_placed $(($(grep -c '"confirmed":true' "$RUN_DIR/placed") + 20)) || fail "after $name came back no orders flow"
}

trial_is_back() {
  local pid
  pid=$(process_of "$1") && [[ $pid != 0 && $pid != "$2" ]] && is_healthy "$1"
}

# trial_members: three nodes run, and every queue has a member on each of them, online.
trial_members() {
  wait_until 90 trial_all_online || fail "not every queue has three members online"
  told "three nodes run; $(trial_queues | jq length) queues with three members each, online; leaders: $(
    trial_queues | jq -r '.[].leader' | sort | uniq -c | awk '{print $2, $1}' | paste -sd , | sed 's/,/, /g')"
}

trial_all_online() {
  trial_queues | jq -e 'length == 25 and all((.members | length) == 3 and (.online | length) == 3 and .type == "quorum")' >/dev/null
}

trial_queues() {
  docker exec "$(container rabbitmq2)" rabbitmqctl -q list_queues -p shop name type leader members online --formatter json 2>/dev/null
}

# trial_leader QUEUE: the service whose node leads it.
trial_leader() { trial_queues | jq -r --arg queue "$1" '.[] | select(.name == $queue) | .leader | sub("rabbit@"; "")'; }

# trial_books: the customers go, everything settles, and every order that was confirmed is where it should be.
trial_books() {
  local books
  touch -- "$RUN_DIR/customer.end"
  wait "$CUSTOMER" || true
  # Copied in, where it may write.
  docker exec -i "trial-$PART" sh -c 'cat >/tmp/placed' <"$RUN_DIR/placed"
  books=$(LIMIT=240 shop audit --placed /tmp/placed --wait 180s --json) ||
    fail "the books do not balance: $books"
  jq -e '.balanced and .lost == 0 and .doubled == 0 and .in_flight == 0 and .parked == 0' <<<"$books" >/dev/null || fail "$books"
  told "$(grep -c '"confirmed":true' "$RUN_DIR/placed") orders confirmed; $books"
}

# trial_secrets_kept: no password or token in what Docker, the processes and the logs show.
trial_secrets_kept() {
  local secret shown=$RUN_DIR/shown
  {
    docker ps -aq | xargs docker inspect
    compose logs --no-color
    cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' '
  } >"$shown" 2>&1 || true
  for secret in "$TRIAL"/deploy/secrets.d/{*.password,board.token,erlang.cookie}; do
    ! grep -qF -- "$(head -n 1 -- "$secret")" "$shown" || fail "${secret##*/} can be read in logs, arguments or docker inspect"
  done
  rm -f -- "$shown"
}

trial_logs() {
  local name
  docker ps -a --format '{{.Names}}: {{.Status}}' >&2 || true
  for name in $(docker ps -a --format '{{.Names}}'); do
    docker logs --tail 15 "$name" >"$RUN_DIR/tail" 2>&1 || true
    say "$name:" && tail -n 5 -- "$RUN_DIR/tail" | cut -c 1-300 | sed 's/^/    /' >&2
  done
}

trial_down() {
  [[ -z ${CUSTOMER:-} ]] || touch -- "$RUN_DIR/customer.end"
  docker rm -f "trial-${PART:-}" >/dev/null 2>&1 || true
  [[ ! -d $TRIAL ]] || LIMIT=120 compose down --volumes --timeout 20 >/dev/null 2>&1 || true
  rm -f -- "$RUN_DIR/placed"
}
