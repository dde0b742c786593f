# shellcheck shell=bash
# What the demo prints in the end.

title() { printf '\n%s%s%s\n' "$BOLD" "$1" "$PLAIN"; }
# seconds MICROSECONDS
seconds() { printf '%d.%d s' "$(($1 / 1000000))" "$(($1 / 100000 % 10))"; }
indent() { sed 's/^/  /'; }

report_result() {
  title "Result"
  jq -r '[.orders, .shipped, .rejected, .cancelled, .emails] | @tsv' "$WORK/books.json" | awk -F '\t' '
    { printf "  %8s %9s %10s %11s %9s\n", "orders", "shipped", "rejected", "cancelled", "e-mails"
      printf "  %8d %9d %10d %11d %9d\n", $1, $2, $3, $4, $5 }'
  title "Stock"
  shop stock list | indent
}

# an_order STATUS: the id of one.
an_order() { jq -rs --arg status "$1" 'map(select(.status == $status))[0].order_id // empty' "$WORK/orders.jsonl"; }

# report_journey ID: every hop of it.
report_journey() {
  title "The way of order $1"
  shop order trace "$1" | indent
}

# report_mail ID TYPE
report_mail() {
  local file
  file=$(awk -F '\t' -v id="$1" -v type="$2" '$1 == id && $2 == type { print $4; exit }' "$WORK/mails.tsv")
  [[ -n $file ]] || return 0
  title "Its e-mail for $2"
  print_mail "$file" | head -n 40 | sed "s/^/  $DIM│$PLAIN /"
}

report_dead_letters() {
  local letters
  title "Dead letters"
  if letters=$(shop dead list --json | wc -l); then
    if ((letters == 0)); then echo "  none"; else echo "  $letters: deploy/shop dead list"; fi
  else
    echo "  unknown: shop dead list failed"
  fi
}

report_books() {
  title "Books"
  jq -r '.checks[] | [(if .ok then "ok" else "WRONG" end), .name, .what] | @tsv' "$WORK/books.json" |
    while IFS=$'\t' read -r verdict name what; do
      [[ $verdict == ok ]] && verdict="${GREEN}ok   $PLAIN" || verdict="${RED}WRONG$PLAIN"
      printf '  %s %s: %s\n' "$verdict" "$name" "$what"
    done
}

report_next_steps() {
  title "Where to look next"
  if ((KEEP)); then
    indent <<TEXT
It still runs; deploy/down ends it.
  http://127.0.0.1:$(cat "$RUN_DIR/board.http")                 the board: all of it, live
  deploy/shop order list                one line an order
  deploy/shop order place --email you@example.com --line MUG=1
  deploy/shop order trace ID            every hop of one
  deploy/shop audit                     do the books balance?
  deploy/shop status                    the queues
  kill -9 \$(cat $RUN_DIR/shipping.pid); deploy/shop order place …; deploy/up
TEXT
  else
    indent <<TEXT
Everything is stopped now. With --keep it goes on running: then the board, deploy/shop order list, …
TEXT
  fi
  indent <<TEXT
The e-mails are in $RUN_DIR/mail/new, the logs are $RUN_DIR/*.log
TEXT
}
