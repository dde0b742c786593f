# shellcheck shell=bash
# shellcheck disable=SC2034 # other files read what is set here
# What the private RabbitMQ node is: its name, ports, secrets, files and environment. All below $RUN_DIR/broker.
#
# It is alone and on loopback, unless deploy/cluster says with CLUSTER_ADDRESS (this node's) and CLUSTER_MEMBERS (the
# addresses of all) that it is one of several, each in a network namespace of its own.

readonly RABBITMQ_BIN=/usr/lib/rabbitmq/bin   # not /usr/sbin: those wrappers become the system's rabbitmq user

BROKER_DIR=$RUN_DIR/broker
BROKER_PID=$BROKER_DIR/broker.pid
BROKER_EPMD_PID=$BROKER_DIR/epmd.pid
BROKER_LOG=$BROKER_DIR/log/broker.log
BROKER_OUTPUT=$BROKER_DIR/log/output.log

NODE_ADDRESS=${CLUSTER_ADDRESS:-127.0.0.1}

# node_load: name and ports, as they were chosen once. False when this RUN_DIR never had a broker.
node_load() {
  [[ -r $BROKER_DIR/node && -r $BROKER_DIR/password ]] || return 1
  read -r NODE_NAME NODE_AMQP_PORT NODE_DIST_PORT NODE_EPMD_PORT <"$BROKER_DIR/node"
  NODE_PASSWORD=$(<"$BROKER_DIR/password")
}

# node_choose: the same name and ports as last time, except for a port that somebody else took meanwhile.
node_choose() {
  if in_cluster; then
    # Nobody else is in its namespace, and the others must know where its epmd is.
    NODE_NAME=$(member_name "$NODE_ADDRESS") NODE_AMQP_PORT=5672 NODE_DIST_PORT=25672 NODE_EPMD_PORT=4369
  elif node_load; then
    if port_taken "$NODE_AMQP_PORT"; then
      local old=$NODE_AMQP_PORT
      NODE_AMQP_PORT=$(free_port)
      say "port $old was taken meanwhile: the broker listens on $NODE_AMQP_PORT from now on"
    fi
    ! port_taken "$NODE_DIST_PORT" || NODE_DIST_PORT=$(free_port "$NODE_AMQP_PORT")
  else
    # The name is kept too, rather than derived each time: the data folder bears it, also after RUN_DIR was moved.
    NODE_NAME=shop-$(sha256sum <<<"$RUN_DIR" | head -c 8)@localhost
    NODE_AMQP_PORT=$(port_or_free 5672 "the broker")
    NODE_DIST_PORT=$(free_port "$NODE_AMQP_PORT")
    NODE_EPMD_PORT=$(free_port "$NODE_AMQP_PORT" "$NODE_DIST_PORT")
  fi
  if process_gone "$BROKER_EPMD_PID" && port_taken "$NODE_EPMD_PORT"; then
    NODE_EPMD_PORT=$(free_port "$NODE_AMQP_PORT" "$NODE_DIST_PORT")
  fi
  node_write_files
}

in_cluster() { [[ -n ${CLUSTER_MEMBERS:-} ]]; }
member_name() { echo "shop@$1"; }

node_write_files() {
  (
    umask 077
    mkdir -p -- "$BROKER_DIR"/{data,log,home}
    random_word "$BROKER_DIR/password"
    random_word "$BROKER_DIR/home/.erlang.cookie" && chmod 400 "$BROKER_DIR/home/.erlang.cookie"
    echo "$NODE_NAME $NODE_AMQP_PORT $NODE_DIST_PORT $NODE_EPMD_PORT" >"$BROKER_DIR/node"
    echo '[].' >"$BROKER_DIR/enabled_plugins"
    {
      node_configuration "$(<"$BROKER_DIR/password")"
      ! in_cluster || cluster_configuration
    } >"$BROKER_DIR/rabbitmq.conf"
  )
}

# random_word FILE: 32 hex digits, once.
random_word() { [[ -s $1 ]] || od -An -v -tx1 -N16 /dev/urandom | tr -d ' \n' >"$1"; }

# node_configuration PASSWORD. The user and the vhost are made when the data folder is new; no guest is.
node_configuration() {
  cat <<CONF
listeners.tcp.local = $NODE_ADDRESS:$NODE_AMQP_PORT

default_user = shop
default_pass = $1
default_vhost = shop
loopback_users.shop = $(if in_cluster; then echo false; else echo true; fi)

# Absolute: the defaults follow the machine's memory, which a development machine shares with a compiler.
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.relative = 0.4
# An eighth of the default: less memory, less disk, and a faster start after kill -9.
raft.wal_max_size_bytes = 67108864

log.file.level = info
log.file.rotation.size = 10485760
log.file.rotation.count = 3
log.console = false
CONF
}

# A node that sees only a minority of its peers stops serving until it sees more: what it could still promise would not
# hold. A peer that has been silent for ten seconds is gone (RabbitMQ's default is a minute); see node_environment, too.
cluster_configuration() {
  local address number=1
  echo
  echo 'cluster_partition_handling = pause_minority'
  echo 'net_ticktime = 10'
  # The first looks for nobody: it makes the cluster that the others join.
  [[ $CLUSTER_ADDRESS != "${CLUSTER_MEMBERS%% *}" ]] || return 0
  echo 'cluster_formation.peer_discovery_backend = classic_config'
  for address in $CLUSTER_MEMBERS; do
    echo "cluster_formation.classic_config.nodes.$((number++)) = $(member_name "$address")"
  done
}

# node_environment: NODE_ENV is the prefix of a command that gets what the node and its tools need and inherits nothing,
# so that no RABBITMQ_* or ERL_* variable of the caller, and no /etc/rabbitmq, changes what starts here. It shows in
# argv, so no secret is in it.
#
# ERL_EPMD_*, inet_dist_use_interface: nothing of ours listens beyond loopback, the tools' own passing nodes included.
# RUNNING_UNDER_SYSTEMD: makes the start script become the node, so that our pid file holds the node's pid.
# RABBITMQ_SCHEDULER_BIND_TYPE=u: RabbitMQ pins its threads to cores, which is wrong where services, a second broker and
# a compiler want the same two. (Busy waiting, +sbwt, is off by default in RabbitMQ.)
node_environment() {
  node_resolves_localhost
  local interface="-kernel inet_dist_use_interface {${NODE_ADDRESS//./,}}"
  # Whatever a node asks of a peer that is cut off waits for a new link to it; seven seconds each by default.
  ! in_cluster || interface+=' net_setuptime 2'
  NODE_ENV=(
    env -i PATH="$PATH" HOME="$BROKER_DIR/home" LANG=C.UTF-8
    ERL_EPMD_ADDRESS="$NODE_ADDRESS" ERL_EPMD_PORT="$NODE_EPMD_PORT" ERL_INETRC="$BROKER_DIR/inetrc"
    ERL_CRASH_DUMP="$BROKER_DIR/log/erl_crash.dump"
    RABBITMQ_CONF_ENV_FILE=/dev/null
    RABBITMQ_NODENAME="$NODE_NAME" RABBITMQ_USE_LONGNAME="$(if in_cluster; then echo true; else echo false; fi)"
    RABBITMQ_DIST_PORT="$NODE_DIST_PORT"
    RABBITMQ_CONFIG_FILE="$BROKER_DIR/rabbitmq.conf"
    RABBITMQ_ADVANCED_CONFIG_FILE="$BROKER_DIR/advanced.config"
    RABBITMQ_ENABLED_PLUGINS_FILE="$BROKER_DIR/enabled_plugins"
    RABBITMQ_MNESIA_BASE="$BROKER_DIR/data" RABBITMQ_PID_FILE="$BROKER_DIR/data/node.pid"
    RABBITMQ_GENERATED_CONFIG_DIR="$BROKER_DIR/data/config" RABBITMQ_SCHEMA_DIR="$BROKER_DIR/data/schema"
    RABBITMQ_LOG_BASE="$BROKER_DIR/log" RABBITMQ_LOGS="$BROKER_LOG"
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="$interface" RABBITMQ_CTL_ERL_ARGS="$interface"
    RABBITMQ_SCHEDULER_BIND_TYPE=u
    RUNNING_UNDER_SYSTEMD=true
  )
}

# node_resolves_localhost: the node's name holds "localhost", which a bare container can't resolve: it has no /etc/hosts.
node_resolves_localhost() {
  [[ ! -s $BROKER_DIR/inetrc ]] || return 0
  printf '%s\n' '{host, {127,0,0,1}, ["localhost"]}.' '{lookup, [file, native]}.' >"$BROKER_DIR/inetrc.$$"
  mv -f -- "$BROKER_DIR/inetrc.$$" "$BROKER_DIR/inetrc"
}

# node_ctl SECONDS ARGUMENT…: rabbitmqctl of this node. In the foreground: timeout would otherwise make it a background
# job of the terminal, and Erlang, which looks at its standard input, would be stopped for that.
node_ctl() {
  local seconds=$1
  shift
  node_environment
  "${NODE_ENV[@]}" timeout --foreground -k 5 "$seconds" "$RABBITMQ_BIN/rabbitmqctl" "$@"
}
