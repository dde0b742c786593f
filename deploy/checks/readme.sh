#!/usr/bin/env bash
#
# What the README tells people to type exists: every script, every `shop` command with its options, and every variable.
#
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
shop=${SHOP_BIN:-$root/.build/debug}/shop
failures=0

wrong() {
  echo "README: $*" >&2
  failures=1
}

# Scripts: deploy/NAME.
while read -r script; do
  [[ -x $root/$script ]] || wrong "$script is not there"
done < <(grep -oE 'deploy/[a-z]+' "$root/README.md" | sort -u)

# Commands in backquotes: `shop order place --email E …`: the words up to the first argument, and each option.
check_command() {
  local words=() options=() word help
  for word in $1; do
    if [[ $word == --* ]]; then options+=("${word%%[=\]]*}"); elif [[ $word =~ ^[a-z]+$ ]] && ((${#options[@]} == 0)); then words+=("$word"); fi
  done
  help=$("$shop" "${words[@]}" --help) || wrong "shop ${words[*]} is no command"
  for word in "${options[@]}"; do
    grep -q -- "$word" <<<"$help" || wrong "shop ${words[*]} has no option $word"
  done
}
# shellcheck disable=SC2016 # backquotes as such
while read -r command; do
  check_command "$command"
done < <(grep -oE '`shop [a-z][^`]*`' "$root/README.md" | tr -d '`[]' | sed 's/^shop //' | sort -u)

# Variables of the table.
# shellcheck disable=SC2016
while read -r variable; do
  grep -rqE "$variable|$(tr 'A-Z_' 'a-z.' <<<"$variable")" "$root/Sources" "$root/deploy" || wrong "nothing reads $variable"
done < <(grep -oE '^\| `[A-Z_]+`.*' "$root/README.md" | grep -oE '`[A-Z_]{4,}`' | tr -d '`' | sort -u)

exit "$failures"
