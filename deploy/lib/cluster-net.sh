# shellcheck shell=bash
# The cluster's network: a namespace for each node, and one for the clients, which holds the bridge that joins them.
#
#   client  10.77.0.1 (br0)      1  10.77.0.11      2  10.77.0.12      3  10.77.0.13
#
# A namespace lives as long as a process in it: a sleeping one keeps it, and its pid file is the namespace's name. So
# nothing has to be registered with the machine, two copies have nothing in common, and after a crash nothing is left but
# processes. There is no route to or from anywhere else.

nets() { echo client "${MEMBERS[@]}"; }
net_pid_file() { echo "$CLUSTER_DIR/net-$1.pid"; }
net_runs() { process_runs "$(net_pid_file "$1")"; }

# in_net WHO COMMAND…
in_net() {
  local pid
  pid=$(process_pid "$(net_pid_file "$1")") || die "$EX_UNAVAILABLE" "no cluster runs in $RUN_DIR: deploy/cluster start"
  shift
  nsenter --net="/proc/$pid/ns/net" -- "$@"
}

# net_need: can this be done here at all? Exit 69 with the reason when not.
net_need() {
  ((EUID == 0)) || die "$EX_UNAVAILABLE" "a cluster needs root, for its network namespaces"
  unshare --net true 2>/dev/null || die "$EX_UNAVAILABLE" "network namespaces are not allowed here"
  local tool
  for tool in ip iptables; do
    command -v "$tool" >/dev/null || (install_packages "${PACKAGES_OF_CLUSTER[@]}") ||
      die "$EX_UNAVAILABLE" "there is no '$tool', and it could not be installed"
  done
}

# net_start: does nothing when all run. One that is missing has taken its links along: all are made anew.
net_start() {
  local who missing=0
  for who in $(nets); do net_runs "$who" || missing=1; done
  ((missing == 1)) || return 0
  cluster_stop
  mkdir -p -- "$CLUSTER_DIR"
  for who in $(nets); do net_create "$who"; done
  net_link || {
    net_stop
    die "$EX_UNAVAILABLE" "this kernel makes no bridge and veth links (see above)"
  }
}

net_create() {
  local file
  file=$(net_pid_file "$1")
  process_start "$file" "$CLUSTER_DIR/net.log" unshare --net -- sleep infinity
  wait_until 10 net_is_own "$1" || die "$EX_FAILED" "no network namespace for $1; see $CLUSTER_DIR/net.log"
}

net_is_own() {
  local pid
  pid=$(process_pid "$(net_pid_file "$1")") && [[ $(readlink "/proc/$pid/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

net_link() {
  local number who
  for who in $(nets); do in_net "$who" ip link set lo up || return; done
  in_net client ip link add br0 type bridge && in_net client ip addr add 10.77.0.1/24 dev br0 &&
    in_net client ip link set br0 up || return
  for number in "${MEMBERS[@]}"; do
    in_net client ip link add "v$number" type veth peer name eth0 netns "$(<"$(net_pid_file "$number")")" &&
      in_net client ip link set "v$number" master br0 up &&
      in_net "$number" ip addr add "$(member_address "$number")/24" dev eth0 &&
      in_net "$number" ip link set eth0 up || return
  done
}

net_stop() {
  local who file
  for who in $(nets); do
    file=$(net_pid_file "$who")
    process_signal "$file" KILL
    wait_until 10 process_gone "$file" || die "$EX_FAILED" "process $(<"$file") does not end"
    process_forget "$file"
  done
}

# net_cut N: its link goes down, as when a cable is pulled.
net_cut() { in_net client ip link set "v$1" down; }

# net_drop N [M]: what it sends to M, or to anybody, vanishes, and what it would be sent. The link stays up: nobody is
# told.
net_drop() {
  local from=(-i eth0) to=(-o eth0)
  if (($# == 2)); then
    from=(-s "$(member_address "$2")")
    to=(-d "$(member_address "$2")")
  fi
  in_net "$1" iptables -w -A INPUT "${from[@]}" -j DROP
  in_net "$1" iptables -w -A OUTPUT "${to[@]}" -j DROP
}

# net_heal: all links are up, all rules are gone.
net_heal() {
  local number
  for number in "${MEMBERS[@]}"; do
    in_net client ip link set "v$number" up
    in_net "$number" iptables -w -F
  done
}

# net_is_whole N
net_is_whole() {
  [[ $(in_net client ip -o link show "v$1") == *[\<,]UP[,\>]* && $(in_net "$1" iptables -w -S) != *DROP* ]]
}
