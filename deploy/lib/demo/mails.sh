# shellcheck shell=bash
# The e-mails of this run: files in $RUN_DIR/mail/new, which say in their headers to which order and event they belong.

# find_mails: mails.tsv, one line a mail: order id, event type (order.created, …), time in ms, file.
find_mails() {
  [[ -d $RUN_DIR/mail/new ]] || { : >"$WORK/mails.tsv" && return; }
  find "$RUN_DIR/mail/new" -type f -newermt "@$STARTED_AT" -printf '%T@\t%p\n' | awk -F '\t' -v OFS='\t' '
    NR == FNR { mine[tolower($1)]; next }
    {
      id = type = ""
      while ((getline line < $2) > 0) {
        sub(/\r$/, "", line)
        if (line == "") break
        value = line; sub(/^[^:]*:[ \t]*/, "", value)
        name = tolower(substr(line, 1, index(line, ":")))
        if (name == "x-order-id:") id = tolower(value)
        if (name == "x-event-type:") type = value
      }
      close($2)
      sub(/^shop\./, "", type); sub(/\.v[0-9]+$/, "", type)
      if (id in mine) print id, type, sprintf("%.0f", $1 * 1000), $2
    }' <(jq -r .order_id "$WORK/placed.jsonl") - >"$WORK/mails.tsv"
}

# print_mail FILE: headers, and the text of its first part.
print_mail() {
  local headers part
  headers=$(sed -e 's/\r$//' -e '/^$/q' -- "$1")
  part=$(sed -e 's/\r$//' -e '1,/^$/d' -- "$1" | sed -e '1,/^$/d' | sed -e '/^--=_/,$d')
  printf '%s\n\n%s\n' "$headers" "$(from_quoted_printable <<<"$part")"
}

from_quoted_printable() {
  local text
  # Soft line ends go, =C3 becomes \xC3, and a backslash of the text stays one.
  text=$(sed -e ':join' -e '/=$/{N;s/=\n//;b join' -e '}' -e 's/\\/\\\\/g' -e 's/=\([0-9A-Fa-f][0-9A-Fa-f]\)/\\x\1/g')
  printf '%b\n' "$text"
}
