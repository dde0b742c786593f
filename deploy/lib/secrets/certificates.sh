# shellcheck shell=bash
# shellcheck disable=SC2153 # SECRETS, the folder, is set by deploy/secrets
# The shop's own certificate authority, and the broker's certificate that it signs. Keys are EC P-256.

readonly AUTHORITY_DAYS=3650 CERTIFICATE_DAYS=825
# By which the broker is called: in its network, as one of a cluster, and on this machine.
readonly BROKER_HOSTS=(rabbitmq rabbitmq1 rabbitmq2 rabbitmq3 localhost 127.0.0.1)

# A certificate without its key can sign, or serve, nothing: the key is made first, and the certificate for it.
secrets_authority() {
  if secret_missing ca-key.pem; then
    # Somebody keeps it elsewhere, as they should.
    secret_missing ca.pem || return 0
    new_key | secret_write ca-key.pem 600
  fi
  ! secret_missing ca.pem ||
    openssl req -x509 -new -key "$SECRETS/ca-key.pem" -sha256 -days "$AUTHORITY_DAYS" -set_serial "$(serial)" \
      -config <(authority_request) | secret_write ca.pem 444
}

authority_request() {
  cat <<'END'
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
O = AMQPBridge shop
CN = Certificate authority of the shop
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
}

# secrets_certificate RENEW HOST…: what the broker shows its clients.
secrets_certificate() {
  local renew=$1 host hosts=("${BROKER_HOSTS[@]}")
  shift
  if secret_missing rabbitmq-key.pem; then
    new_key | secret_write rabbitmq-key.pem 444
    renew=1
  fi
  if secret_missing rabbitmq.pem; then
    renew=1
  else
    mapfile -t hosts < <(certificate_hosts)
  fi
  if ((renew == 0)); then
    certificate_names "$@"
    certificate_lasts
  else
    for host in "$@"; do [[ " ${hosts[*]} " == *" $host "* ]] || hosts+=("$host"); done
    certificate_sign "${hosts[@]}"
  fi
  openssl verify -purpose sslserver -CAfile "$SECRETS/ca.pem" "$SECRETS/rabbitmq.pem" >/dev/null 2>&1 ||
    die "$EX_FAILED" "rabbitmq.pem and ca.pem in $SECRETS do not fit, or have ended: put the right ones there, or remove rabbitmq.pem"
}

# certificate_sign HOST…
certificate_sign() {
  ! secret_missing ca-key.pem ||
    die "$EX_FAILED" "a certificate is to be signed, and ca-key.pem is not in $SECRETS: put it back for a moment"
  openssl req -new -key "$SECRETS/rabbitmq-key.pem" -sha256 -subj '/O=AMQPBridge shop/CN=rabbitmq' |
    openssl x509 -req -sha256 -days "$CERTIFICATE_DAYS" -set_serial "$(serial)" -CA "$SECRETS/ca.pem" \
      -CAkey "$SECRETS/ca-key.pem" -extfile <(server_extensions "$@") 2>/dev/null |
    secret_write rabbitmq.pem 444
}

# server_extensions HOST…
server_extensions() {
  local host kind names=()
  for host in "$@"; do
    kind=DNS
    [[ ! $host =~ ^[0-9.]+$ && $host != *:* ]] || kind=IP
    names+=("$kind:$host")
  done
  cat <<END
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $(IFS=, && echo "${names[*]}")
END
}

# certificate_hosts: whom it names, one a line.
certificate_hosts() {
  openssl x509 -in "$SECRETS/rabbitmq.pem" -noout -ext subjectAltName |
    grep -oE '(DNS|IP Address):[^, ]+' | sed 's/^[^:]*://'
}

# certificate_names HOST…: it is not replaced for a name that it lacks, unless that is asked for.
certificate_names() {
  local host names
  names=$(certificate_hosts)
  for host in "$@"; do
    grep -qxF -- "$host" <<<"$names" ||
      die "$EX_FAILED" "rabbitmq.pem, which is there, does not name $host: add --renew-certificate"
  done
}

certificate_lasts() {
  openssl x509 -in "$SECRETS/rabbitmq.pem" -noout -checkend $((30 * 86400)) >/dev/null ||
    complain "rabbitmq.pem ends at $(openssl x509 -in "$SECRETS/rabbitmq.pem" -noout -enddate | cut -d= -f2):" \
      "renew it with --renew-certificate"
}

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve; }

# serial: random and positive; no two certificates of one authority may have the same.
serial() { echo "0x01$(openssl rand -hex 15)"; }
