# shellcheck shell=bash
# The case `door`: what the order service's door takes in peace, and with the broker and all other services gone (P1).

readonly DOOR_RATE=200 DOOR_SKU=DOOR

# door_rounds ROUNDS COUNT: peace, outage, and an outage in which the order service itself was started, in turns. After
# each round everything comes back, and every order must reach its end. In a shop of its own, which is gone afterwards.
door_rounds() (
  rounds=$1 count=$2
  export RUN_DIR=$RUN_DIR/door SHOP_BIN=$BIN_DIR
  trap '"$DEPLOY_DIR/down" >&2' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  door_up
  AMQP_URL=$("$DEPLOY_DIR/broker" url)
  export AMQP_URL
  shop stock set "$DOOR_SKU=1000000000" >/dev/null
  for ((round = 1; round <= rounds; round++)); do
    say "door: round $round of $rounds"
    door_measure "$round" normal "$count"
    door_break
    door_measure "$round" outage "$count"
    order_restart
    door_measure "$round" outage-start "$count"
    door_up
    shop audit --wait 300s >"$RUN_DIR/audit.txt" || {
      cat -- "$RUN_DIR/audit.txt" >&2
      die "$EX_FAILED" "the books do not balance"
    }
    cat -- "$RUN_DIR/audit.txt" >&2
  done
)

# Without AMQP_URL, which would mean somebody else's broker.
door_up() { env -u AMQP_URL "$DEPLOY_DIR/up" >&2; }

shop() { timeout 600 "$DEPLOY_DIR/shop" "$@"; }

# door_break: as by pulling the plug.
door_break() {
  local name
  for name in inventory shipping notify; do process_signal "$(service_pid_file "$name")" KILL; done
  env -u AMQP_URL "$DEPLOY_DIR/broker" kill >&2
}

# order_restart: while there is no broker.
order_restart() {
  services_stop order
  service_start order
  wait_until 30 door_is_open || die "$EX_FAILED" "the order service does not open its door without a broker"
}

door_is_open() { curl -fsS --noproxy '*' --max-time 2 "http://127.0.0.1:$(service_port order)/health/live" >/dev/null 2>&1; }

door_measure() {
  timeout 300 "$BIN_DIR/DoorBench" "http://127.0.0.1:$(service_port order)" "$DOOR_SKU" "$3" "$DOOR_RATE" |
    jq -c --argjson round "$1" --arg who "$2" '. + {case: "door", who: $who, round: $round}' >>"$results" ||
    die "$EX_FAILED" "DoorBench failed ($2)"
}

# door_summary FILE: medians over the rounds; the ratio is of the p99 to the normal one of the same round.
door_summary() {
  jq -sc '
    def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2] + .[length / 2 - 1]) / 2 end;
    map(select(.case == "door"))
    | (map(select(.who == "normal")) | map({key: "\(.round)", value: .p99_us}) | from_entries) as $normal
    | map(. + {ratio: (.p99_us / $normal["\(.round)"])}) | group_by(.who)[]
    | {case: "door", who: .[0].who, msgs_per_s: .[0].msgs_per_s, cpu_us_per_msg: null,
       p50_us: map(.p50_us) | median, p90_us: map(.p90_us) | median, p99_us: map(.p99_us) | median,
       p999_us: map(.p999_us) | median, max_us: map(.max_us) | max, rss_mb: null,
       ratio: (map(.ratio) | median * 100 | round / 100), ratio_min: (map(.ratio) | min * 100 | round / 100),
       ratio_max: (map(.ratio) | max * 100 | round / 100), rounds: length}' "$1"
}

# door_table: those objects for people.
door_table() {
  printf '%-14s %9s %9s %9s %9s %9s   %s\n' 'door' 'p50 us' 'p90 us' 'p99 us' 'p99.9 us' 'max us' 'p99 to normal'
  jq -r '[.who, .p50_us, .p90_us, .p99_us, .p999_us, .max_us, .ratio, "[\(.ratio_min)-\(.ratio_max)]"] | @tsv' |
    while IFS=$'\t' read -r who p50 p90 p99 p999 max ratio ratios; do
      printf '%-14s %9.0f %9.0f %9.0f %9.0f %9.0f   %4.2f %s\n' "$who" "$p50" "$p90" "$p99" "$p999" "$max" "$ratio" "$ratios"
    done
}
