# shellcheck shell=bash
# shellcheck disable=SC2153 # SECRETS, the folder, is set by deploy/secrets
# users.json: the broker's users as RabbitMQ's definitions. What they may do is in deploy/definitions/rights.json.

# One for each service; `operator` is the command line and the board's desk, `topology` declares, and `customer` may send
# commands and do nothing else.
readonly BROKER_USERS=("${SERVICES[@]}" operator topology customer)

# The file follows from the passwords: a user whose password is still the one that was hashed keeps the hash, so nothing
# changes unless a password has.
secrets_users() {
  local user password hash line lines=()
  for user in "${BROKER_USERS[@]}"; do
    IFS= read -r password <"$SECRETS/$user.password" || true
    [[ -n $password ]] || die "$EX_FAILED" "$SECRETS/$user.password begins with an empty line: remove it"
    hash=$(known_hash "$user")
    if [[ -z $hash ]] || ! hash_fits "$hash" "$password"; then
      hash=$(password_hash "$(openssl rand -hex 4)" "$password")
    fi
    printf -v line '{"name": "%s", "password_hash": "%s", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}' \
      "$user" "$hash"
    lines+=("$line")
  done
  line=$(printf '    %s,\n' "${lines[@]}")
  line=$(printf '{\n  "users": [\n%s\n  ]\n}' "${line%,}")
  if secret_missing users.json || [[ $(<"$SECRETS/users.json") != "$line" ]]; then
    secret_write users.json 444 <<<"$line"
  fi
}

# known_hash USER: as it stands in the file.
known_hash() {
  [[ -f $SECRETS/users.json ]] || return 0
  sed -nE "s/.*\"name\": \"$1\", \"password_hash\": \"([A-Za-z0-9+\/=]+)\".*/\1/p" "$SECRETS/users.json"
}

# hash_fits HASH PASSWORD: is it that password's? A hash begins with its salt, four bytes: eight digits in hex.
hash_fits() {
  local salt
  salt=$(openssl base64 -d -A <<<"$1" | od -An -v -tx1 -N4 | tr -d ' \n')
  [[ $1 == "$(password_hash "$salt" "$2")" ]]
}

# password_hash SALT PASSWORD: RabbitMQ's: base64 of the salt and of sha256(salt, password). printf belongs to the shell,
# so the password is in nobody's arguments.
password_hash() {
  local salt="\\x${1:0:2}\\x${1:2:2}\\x${1:4:2}\\x${1:6:2}"
  {
    printf '%b' "$salt"
    printf '%b%s' "$salt" "$2" | openssl dgst -sha256 -binary
  } | openssl base64 -A
}
