# shellcheck shell=bash
# Do the books of this run balance? Writes $WORK/books.json: the numbers, and each check with what it found.

check_books() {
  shop stock list --json >"$WORK/stock-after.jsonl"
  jq -n --argjson placed_orders "$ORDERS" --argjson scarce "$SCARCE_COUNT" --rawfile mails "$WORK/mails.tsv" \
    --slurpfile orders "$WORK/orders.jsonl" --slurpfile placed "$WORK/placed.jsonl" \
    --slurpfile before "$WORK/stock-before.jsonl" --slurpfile after "$WORK/stock-after.jsonl" '
    def with_status($s): $orders | map(select(.status == $s));
    def by_sku($field): map({(.sku): .[$field]}) | add // {};
    # Text for a list of differences, not longer than a few lines.
    def some: if length > 5 then (.[:5] | join(", ")) + " and \(length - 5) more" else join(", ") end;

    (with_status("shipped") | length) as $shipped
    | (with_status("rejected") | length) as $rejected
    | (with_status("cancelled") | length) as $cancelled

    # Per product: what this run shipped, and by how much `taken` grew.
    | (with_status("shipped") | map(.lines[]) | group_by(.sku)
        | map({(.[0].sku): (map(.quantity) | add)}) | add // {}) as $units
    | ($before | by_sku("on_hand")) as $on_hand_before | ($before | by_sku("taken")) as $taken_before
    | ($after | map(. + {
        units: ($units[.sku] // 0),
        on_hand_before: ($on_hand_before[.sku] // 0),
        growth: (.taken - ($taken_before[.sku] // 0))
      })) as $stock
    | (($units | keys) - ($after | map(.sku))) as $unknown
    | ($stock | map(select(.units != .growth) | "\(.sku): shipped \(.units), taken \(.growth)")) as $wrong_taken
    | ($stock | map(select(.on_hand != .on_hand_before - .units)
        | "\(.sku): \(.on_hand) on hand, should be \(.on_hand_before - .units)")) as $wrong_on_hand

    # Per order: one e-mail that confirms, one that says how it ended.
    | {shipped: "shipping.started", rejected: "order.rejected", cancelled: "order.cancelled"} as $last
    | ($mails | split("\n") | map(select(. != "") | split("\t") | "\(.[0]) \(.[1])")) as $sent
    | ($orders | map(select($last[.status]) | "\(.order_id) order.created", "\(.order_id) \($last[.status])")) as $due
    | ($sent | group_by(.) | map(select(length > 1) | .[0])) as $twice

    | [
        { name: "every order has ended",
          what: "\($placed_orders) placed = \($shipped) shipped + \($rejected) rejected + \($cancelled) cancelled",
          ok: ($placed_orders == $shipped + $rejected + $cancelled
               and ($placed | map(.order_id | ascii_downcase) | unique | length) == $placed_orders) },
        { name: "who asked for more than there is was refused, nobody else",
          what: "\($scarce) expected, \($rejected) rejected",
          ok: ($scarce == $rejected and
               (with_status("rejected") | all(any(.lines[]; .sku == "'"$SCARCE"'")))) },
        { name: "stock",
          what: (if $unknown + $wrong_taken + $wrong_on_hand == []
                 then "\($units | add // 0) units shipped, exactly these were taken"
                 else ($unknown | map("\(.): shipped, and unknown to inventory")) + $wrong_taken + $wrong_on_hand | some end),
          ok: ($unknown + $wrong_taken + $wrong_on_hand == []) },
        { name: "e-mails",
          what: (if $due - $sent != [] then "missing: " + ($due - $sent | some)
                 elif $sent - $due != [] then "not expected: " + ($sent - $due | some)
                 else "\($due | length) are due, each is there" end),
          ok: ($due - $sent == [] and $sent - $due == []) },
        { name: "no e-mail twice",
          what: (if $twice == [] then "each order and event once" else $twice | some end),
          ok: ($twice == []) }
      ] as $checks
    | { orders: $placed_orders, shipped: $shipped, rejected: $rejected, cancelled: $cancelled,
        emails: ($sent | length), balanced: ($checks | all(.ok)), checks: $checks, stock: $stock }
  ' >"$WORK/books.json"
}

balanced() { [[ $(jq .balanced "$WORK/books.json") == true ]]; }

summary() { jq -c '{orders, shipped, rejected, cancelled, emails, balanced}' "$WORK/books.json"; }
