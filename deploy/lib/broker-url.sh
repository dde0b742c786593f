# shellcheck shell=bash
# Which broker is meant: the one AMQP_URL names, or the private one of this RUN_DIR.

# broker_own_url VHOST
broker_own_url() {
  node_load || return 1
  printf 'amqp://shop:%s@%s:%s/%s\n' "$NODE_PASSWORD" "$NODE_ADDRESS" "$NODE_AMQP_PORT" "$1"
}

# broker_is_foreign: AMQP_URL names a broker that isn't this RUN_DIR's. The password, which is random, tells; tests are
# given the URL of their private broker and may still stop and start it.
broker_is_foreign() {
  [[ -n ${AMQP_URL:-} ]] || return 1
  ! node_load || [[ $AMQP_URL != "amqp://shop:$NODE_PASSWORD@$NODE_ADDRESS:"* ]]
}

# broker_url: for AMQP_URL of whoever is started from here.
broker_url() { if [[ -n ${AMQP_URL:-} ]]; then printf '%s\n' "$AMQP_URL"; else broker_own_url shop; fi; }

# broker_address: host and port of AMQP_URL (the first, of several), to be printed: without user and password.
broker_address() {
  local url=${AMQP_URL%%,*} port=5672
  [[ $url != amqps://* ]] || port=5671
  url=${url#*://}
  url=${url%%/*}
  url=${url##*@}
  [[ $url =~ :[0-9]+$ ]] || url=$url:$port
  echo "$url"
}

# broker_answers: does anybody accept connections at AMQP_URL?
broker_answers() {
  local address host
  address=$(broker_address)
  host=${address%:*}
  host=${host#[}
  # shellcheck disable=SC2016 # the inner shell expands it
  timeout 5 bash -c 'exec 3<>"/dev/tcp/$1/$2"' _ "${host%]}" "${address##*:}" 2>/dev/null
}
