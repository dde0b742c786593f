# shellcheck shell=bash
# shellcheck disable=SC2153 # SECRETS, the folder, is set by deploy/secrets
# The folder of secrets and the files in it. A file is written under another name and then renamed: it is there whole, or
# not at all, whenever we are interrupted.

MADE=0

# secrets_open: the folder, for us alone, and nobody else at work in it.
secrets_open() {
  [[ -e $SECRETS ]] || mkdir -p -- "$SECRETS" 2>/dev/null || die "$EX_FAILED" "can't create $SECRETS"
  [[ -d $SECRETS && -w $SECRETS ]] || die "$EX_FAILED" "$SECRETS is not a folder that you may write to"
  # Not mended here: it may be a folder that others need as it is.
  [[ $(stat -c %a -- "$SECRETS") == *00 ]] ||
    die "$EX_FAILED" "others may look into $SECRETS: name another folder, or close it first: chmod 700 '$SECRETS'"
  exec {lock}>>"$SECRETS/.lock"
  flock -w 60 "$lock" || die "$EX_FAILED" "another deploy/secrets still works in $SECRETS after a minute"
  # What was not finished.
  rm -f -- "$SECRETS"/.new.*
}

# secret_missing FILE: is it still to be made? A container that was started too early may have left an empty folder in
# its place: docker makes one for every file it shall mount and does not find.
secret_missing() {
  local file=$SECRETS/$1
  if [[ -d $file ]]; then
    rmdir -- "$file" 2>/dev/null || die "$EX_FAILED" "$file should be a file and is a folder: remove it"
  fi
  [[ -e $file ]] || return 0
  [[ -s $file ]] || die "$EX_FAILED" "$file is empty: remove it, and it is made anew"
  return 1
}

# secret_write FILE MODE: what comes on standard input. Fails, and leaves nothing, when nothing comes.
secret_write() {
  local new
  new=$(mktemp -- "$SECRETS/.new.XXXXXX")
  cat >"$new"
  [[ -s $new ]] || die "$EX_FAILED" "$SECRETS/$1 could not be made"
  chmod "$2" -- "$new"
  mv -f -- "$new" "$SECRETS/$1"
  MADE=$((MADE + 1))
}

# secret_words FILE BYTES: random, of letters and digits.
secret_words() {
  ! secret_missing "$1" || openssl rand -hex "$2" | secret_write "$1" 444
}

# secrets_for_compose FILE: where compose finds the folder; without it, it says so before it starts anything. Whatever
# else stands in that file stays.
secrets_for_compose() {
  ! grep -qs '^SHOP_SECRETS=' "$1" || return 0
  local new=$1.$$
  {
    [[ ! -e $1 ]] || cat -- "$1"
    printf '# Written by deploy/secrets, for deploy/compose.yaml.\nSHOP_SECRETS=./secrets.d\n'
    grep -qs '^COMPOSE_PROJECT_NAME=' "$1" || echo 'COMPOSE_PROJECT_NAME=shop'
  } >"$new"
  mv -f -- "$new" "$1"
}
