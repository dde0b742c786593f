# shellcheck shell=bash
# Where it was measured, and by what: for the foot of the table.

# describe_machine COMMAND LOAD: `LOAD` is the load average before the first measurement.
describe_machine() {
  jq -cn --arg command "$1" --arg load "$2" --arg date "$(date -u '+%F %R UTC')" --argjson cores "$(nproc)" \
    --arg versions "$(versions_used)" '$ARGS.named'
}

# versions_used: of what takes part, in one line.
versions_used() {
  {
    dpkg_version RabbitMQ rabbitmq-server
    dpkg_version Erlang erlang-base
    dpkg_version librabbitmq librabbitmq4
    dpkg_version SQLite libsqlite3-0
    swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*' | sed 's/ version//'
    echo "Linux $(uname -r | cut -d - -f 1)"
  } | paste -sd , | sed 's/,/, /g'
}

# dpkg_version NAME PACKAGE: nothing where it did not come as a package.
dpkg_version() {
  local version
  version=$(dpkg-query -W -f='${Version}' "$2" 2>/dev/null) || return 0
  version=${version#*:}
  echo "$1 ${version%%[-+]*}"
}
