# shellcheck shell=bash
# Do the books of this run balance? Writes $WORK/books.json: the numbers, and each check with what it found. The services'
# own books are judged by `shop audit`; the e-mails are counted here once more, from the files that were delivered.

check_books() {
  shop audit --json --placed "$WORK/placed.jsonl" >"$WORK/audit.json" || [[ -s $WORK/audit.json ]] ||
    echo '{"balanced": false, "problems": [{"problem": "it failed"}]}' >"$WORK/audit.json"
  jq -n --argjson placed_orders "$ORDERS" --argjson scarce "$SCARCE_COUNT" --arg scarce_sku "$SCARCE" \
    --arg early "$EARLY" --rawfile mails "$WORK/mails.tsv" --slurpfile orders "$WORK/orders.jsonl" \
    --slurpfile placed "$WORK/placed.jsonl" --slurpfile audit "$WORK/audit.json" '
    def with_status($s): $orders | map(select(.status == $s));
    # Text for a list of differences, not longer than a few lines.
    def some: if length > 5 then (.[:5] | join(", ")) + " and \(length - 5) more" else join(", ") end;

    (with_status("shipped") | length) as $shipped
    | (with_status("rejected") | length) as $rejected
    | (with_status("cancelled") | length) as $cancelled
    | $audit[0] as $audit

    # Per order: one e-mail that confirms, one that says how it ended. One that was cancelled before it came was never
    # confirmed.
    | {shipped: "shipping.started", rejected: "order.rejected", cancelled: "order.cancelled"} as $last
    | ($mails | split("\n") | map(select(. != "") | split("\t") | "\(.[0]) \(.[1])")) as $sent
    | ($orders | map(select($last[.status])
        | (if .order_id == $early then empty else "\(.order_id) order.created" end), "\(.order_id) \($last[.status])")) as $due
    | ($sent | group_by(.) | map(select(length > 1) | .[0])) as $twice

    | [
        { name: "every order has ended",
          what: "\($placed_orders) placed = \($shipped) shipped + \($rejected) rejected + \($cancelled) cancelled",
          ok: ($placed_orders == $shipped + $rejected + $cancelled
               and ($placed | map(.order_id | ascii_downcase) | unique | length) == $placed_orders) },
        { name: "who asked for more than there is was refused, nobody else",
          what: "\($scarce) expected, \($rejected) rejected",
          ok: ($scarce == $rejected and (with_status("rejected") | all(any(.lines[]; .sku == $scarce_sku)))) },
        { name: "who cancelled before ordering gets nothing",
          what: (if $early == "" then "nobody did" else "order \($early)" end),
          ok: ($early == "" or (with_status("cancelled") | any(.order_id == $early))) },
        { name: "e-mails",
          what: (if $due - $sent != [] then "missing: " + ($due - $sent | some)
                 elif $sent - $due != [] then "not expected: " + ($sent - $due | some)
                 else "\($due | length) are due, each is there" end),
          ok: ($due - $sent == [] and $sent - $due == []) },
        { name: "no e-mail twice",
          what: (if $twice == [] then "each order and event once" else $twice | some end),
          ok: ($twice == []) },
        { name: "shop audit",
          what: (if $audit.balanced then "orders, stock, shipments and e-mails of all services agree"
                 else $audit.problems | map("\(.order_id // .sku // ""): \(.problem)") | some end),
          ok: $audit.balanced }
      ] as $checks
    | { orders: $placed_orders, shipped: $shipped, rejected: $rejected, cancelled: $cancelled,
        emails: ($sent | length), balanced: ($checks | all(.ok)), checks: $checks }
  ' >"$WORK/books.json"
}

balanced() { [[ $(jq .balanced "$WORK/books.json") == true ]]; }

summary() { jq -c '{orders, shipped, rejected, cancelled, emails, balanced}' "$WORK/books.json"; }
