# shellcheck shell=bash
# The cluster's nodes: each is a private broker (deploy/broker) with a RUN_DIR and a network namespace of its own.

readonly CLUSTER_DIR=$RUN_DIR/cluster
readonly MOST_MEMBERS=(1 2 3)

# cluster_load: who belongs to it, as it was when it was started.
cluster_load() {
  MEMBERS=("${MOST_MEMBERS[@]}")
  [[ ! -r $CLUSTER_DIR/members ]] || read -ra MEMBERS <"$CLUSTER_DIR/members"
}

member_address() { echo "10.77.0.1$1"; }
member_dir() { echo "$CLUSTER_DIR/n$1"; }
member_pid_file() { echo "$(member_dir "$1")/broker/broker.pid"; }

# member N ARGUMENT…: deploy/broker of that node, where it lives. CLUSTER_* makes it one of several; see broker-node.sh.
member() {
  local number=$1 address=() other
  shift
  for other in "${MEMBERS[@]}"; do address+=("$(member_address "$other")"); done
  in_net "$number" env -u AMQP_URL RUN_DIR="$(member_dir "$number")" CLUSTER_ADDRESS="$(member_address "$number")" \
    CLUSTER_MEMBERS="${address[*]}" "$DEPLOY_DIR/broker" "$@"
}

cluster_exists() { [[ -d $CLUSTER_DIR ]]; }

# cluster_start NODES: returns when all of them are running members. Does nothing for those that are.
cluster_start() {
  cluster_choose_members "$1"
  net_start
  cluster_share_secrets
  local number jobs=() failed=0
  # New nodes that begin together may both create the user, and one of them then ends.
  [[ -d $(member_dir 1)/broker/data ]] || member 1 start || failed=1
  for number in "${MEMBERS[@]}"; do
    # Together: those that have been members before wait for each other.
    member "$number" start &
    jobs+=("$!")
  done
  for number in "${!jobs[@]}"; do wait "${jobs[number]}" || failed=1; done
  ((failed == 0)) || die "$EX_FAILED" "a node did not start; its logs are in $CLUSTER_DIR/n*/broker/log"
  for number in "${MEMBERS[@]}"; do member_await "$number"; done
}

# Another number of nodes is another cluster, which begins with nothing.
cluster_choose_members() {
  if [[ -d $CLUSTER_DIR/n1 ]] && ((${#MEMBERS[@]} != $1)); then
    die "$EX_FAILED" "the cluster in $CLUSTER_DIR has ${#MEMBERS[@]} nodes: deploy/cluster stop, then remove that folder"
  fi
  mkdir -p -- "$CLUSTER_DIR"
  MEMBERS=("${MOST_MEMBERS[@]:0:$1}")
  echo "${MEMBERS[*]}" >"$CLUSTER_DIR/members"
}

# The same cookie, or they do not talk to each other, and the same password of the same user.
cluster_share_secrets() {
  local number dir
  (
    umask 077
    mkdir -p -- "$CLUSTER_DIR"
    random_word "$CLUSTER_DIR/password"
    random_word "$CLUSTER_DIR/cookie"
    for number in "${MEMBERS[@]}"; do
      dir=$(member_dir "$number")/broker
      mkdir -p -- "$dir/home"
      [[ -s $dir/password ]] || cp -- "$CLUSTER_DIR/password" "$dir/password"
      [[ -s $dir/home/.erlang.cookie ]] || cp -- "$CLUSTER_DIR/cookie" "$dir/home/.erlang.cookie"
      chmod 400 "$dir/home/.erlang.cookie"
    done
  )
}

# member_await N: until it says itself that all run. A node that is back sees the others before it serves.
member_await() {
  wait_until 60 member_sees_all "$1" || die "$EX_FAILED" "node $1 does not see all others after 60 s"
}

member_sees_all() {
  member "$1" ctl -q cluster_status --formatter json 2>/dev/null |
    jq -e --argjson all "${#MEMBERS[@]}" '.running_nodes | length == $all' >/dev/null
}

# cluster_stop: everything ends: in order when the nodes still can, and the namespaces with what is in them.
cluster_stop() {
  local number file jobs=()
  for number in "${MEMBERS[@]}"; do
    file=$(member_pid_file "$number")
    process_signal "$file" CONT
    if net_runs "$number"; then
      member "$number" stop 2>/dev/null &
      jobs+=("$!")
    fi
  done
  ((${#jobs[@]} == 0)) || wait "${jobs[@]}" || true
  # What is left when a namespace's keeper was killed before its node.
  for file in "$CLUSTER_DIR"/n*/broker/{broker,epmd}.pid; do
    process_signal "$file" KILL
    wait_until 10 process_gone "$file" || die "$EX_FAILED" "process $(<"$file") does not end"
  done
  net_stop
}

# cluster_working: the numbers of the nodes that can be asked: they run, are not frozen, serve, and are not cut off.
cluster_working() {
  local number pid
  for number in "${MEMBERS[@]}"; do
    pid=$(process_pid "$(member_pid_file "$number")") || continue
    [[ $(process_stat "$pid") != T* ]] || continue
    net_is_whole "$number" && member "$number" status >/dev/null 2>&1 && echo "$number"
  done
}

# cluster_url: all nodes, for AMQP_URL.
cluster_url() {
  local number urls=() url
  for number in "${MEMBERS[@]}"; do
    url=$(member "$number" url) || return 1
    urls+=("$url")
  done
  local IFS=,
  echo "${urls[*]}"
}
