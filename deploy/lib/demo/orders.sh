# shellcheck shell=bash
# Placing this run's orders, and watching them until each has ended. What is known is in files in $WORK, one object a
# line: placed.jsonl, orders.jsonl (their state), mails.tsv.

shop() { "$DEPLOY_DIR/shop" "$@" </dev/null; }

# place CUSTOMER COUNT|ID
place() {
  local email name address lines line options=() status=0
  [[ $2 != 0 ]] || return 0
  IFS='|' read -r email name address lines <<<"$1"
  for line in $lines; do options+=(--line "$line"); done
  if [[ $2 == *-* ]]; then options+=(--id "$2"); else options+=(--count "$2"); fi
  shop order place --email "$email" --name "$name" --address "$address" "${options[@]}" --json \
    >>"$WORK/placed.jsonl" || status=$?
  ((status == 0)) || die "$status" "placing orders for $email failed with exit code $status"
}

# cancel ID
cancel() {
  shop order cancel "$1" --reason 'The customer changed their mind.' --json >>"$WORK/wishes.jsonl" ||
    die "$?" "the wish to cancel order $1 was not confirmed"
}

# Two orders that are cancelled. EARLY: the wish comes before its order, which then is never carried out. LATE: the wish
# comes after it; whether it is in time is between it and the parcel, and either is right.
place_fickle() {
  EARLY='' LATE=''
  ((FICKLE_COUNT > 0)) || return 0
  EARLY=$(</proc/sys/kernel/random/uuid)
  cancel "$EARLY"
  place "$FICKLE" "$EARLY"
  ((FICKLE_COUNT > 1)) || return 0
  LATE=$(</proc/sys/kernel/random/uuid)
  place "$FICKLE" "$LATE"
  cancel "$LATE"
}

place_all() {
  local i
  : >"$WORK/placed.jsonl"
  place_fickle
  for i in "${!CUSTOMERS[@]}"; do place "${CUSTOMERS[i]}" "${ORDER_COUNT[i]}"; done
  place "$SCARCE_ORDER" "$SCARCE_COUNT"
  local confirmed
  confirmed=$(jq -s 'map(select(.confirmed)) | length' "$WORK/placed.jsonl")
  ((confirmed == ORDERS)) || die "$EX_FAILED" "placed $ORDERS orders, $confirmed of them were confirmed"
}

# refresh_orders: state of this run's orders. The list may hold older ones, and new ones of somebody else: ask for
# more than ours.
refresh_orders() {
  shop order list --json --limit $((ORDERS + 200)) >"$WORK/list.jsonl" || return 1
  jq -c --slurpfile placed "$WORK/placed.jsonl" '
    ($placed | map({(.order_id | ascii_downcase): true}) | add // {}) as $mine
    | .order_id |= ascii_downcase | select($mine[.order_id])' "$WORK/list.jsonl" >"$WORK/orders.jsonl"
}

# look_up_missing: asks for each order that the list left out.
look_up_missing() {
  local id
  for id in $(jq -rn --slurpfile placed "$WORK/placed.jsonl" --slurpfile orders "$WORK/orders.jsonl" '
    ($placed | map(.order_id | ascii_downcase)) - ($orders | map(.order_id)) | .[]'); do
    shop order show "$id" --json 2>/dev/null | jq -c '.order_id |= ascii_downcase' >>"$WORK/orders.jsonl" || true
  done
}

# count STATUS…: this run's orders in one of them.
count() {
  jq -s '[.[] | select(IN(.status; $ARGS.positional[]))] | length' "$WORK/orders.jsonl" --args "$@"
}

# earlier_orders_done: nothing that was there before us may take stock while we count.
earlier_orders_done() {
  local moving waiting
  moving=$(shop order list --json --limit 1000 | jq -s 'map(select(.status == "placed" or .status == "confirmed")) | length')
  waiting=$(shop status --json | jq -s 'map(select(.queue | endswith(".in")) | .ready) | add // 0')
  ((moving == 0 && waiting == 0))
}

# travel: until every order has ended and its e-mails are there. False when the time is over; the books then say what
# is missing.
travel() {
  local deadline=$((SECONDS + 60 + ORDERS / 10)) terminal mails expected
  while true; do
    refresh_orders || die "$EX_FAILED" "shop order list failed"
    terminal=$(count shipped rejected cancelled)
    # One that is cancelled before it comes is not confirmed by e-mail.
    expected=$((terminal * 2 - ${#EARLY} / 36))
    find_mails
    mails=$(wc -l <"$WORK/mails.tsv")
    progress "$mails" "$expected"
    ((terminal == ORDERS && mails >= expected)) && break
    ((SECONDS < deadline)) || break
    sleep 0.1
  done
  progress_end
  ((terminal == ORDERS)) || look_up_missing
}

# A live line, on a terminal only.
progress() {
  [[ -t 2 ]] || return 0
  printf '\r\e[K  placed %s · confirmed %s · %sshipped %s%s · rejected %s · cancelled %s · e-mails %s' \
    "$(count placed)" "$(count confirmed)" "$GREEN" "$(count shipped)" "$PLAIN" "$(count rejected)" "$(count cancelled)" "$1" >&2
}
progress_end() { [[ ! -t 2 ]] || printf '\r\e[K' >&2; }
