# shellcheck shell=bash
# The binaries: where they are, and `swift build` with its output in a log.

# Another BUILD_CONFIG than debug is `release`. SWIFTPM_BUILD_DIR is SwiftPM's own name for another .build.
BUILD_CONFIG=${BUILD_CONFIG:-debug}
BUILD_DIR=$(realpath -m -- "${SWIFTPM_BUILD_DIR:-$REPO_ROOT/.build}")/$BUILD_CONFIG
BIN_DIR=$(realpath -m -- "${SHOP_BIN:-$BUILD_DIR}")
BUILD_LOG=$RUN_DIR/build.log

# find_swift: puts the toolchain into PATH.
find_swift() {
  command -v swift >/dev/null && return
  [[ -x /opt/swift/usr/bin/swift ]] ||
    die "$EX_FAILED" "no Swift toolchain: put swift into PATH (https://www.swift.org/install) or into /opt/swift"
  PATH=/opt/swift/usr/bin:$PATH
}

# shellcheck disable=SC2119,SC2120 # its arguments are optional
# build [ARGUMENT…]: all products, and what the arguments add. With SHOP_BIN there is nothing to build.
build() {
  [[ $BUILD_CONFIG == debug || $BUILD_CONFIG == release ]] ||
    die "$EX_USAGE" "BUILD_CONFIG is '$BUILD_CONFIG': debug or release"
  if [[ -n ${SHOP_BIN:-} ]]; then
    [[ -x $BIN_DIR/shop ]] || die "$EX_FAILED" "SHOP_BIN=$SHOP_BIN holds no 'shop': build first, or unset SHOP_BIN"
    return
  fi
  find_swift
  make_run_dir
  local begin=$SECONDS status=0
  say "building ($BUILD_CONFIG; the first time takes some minutes; log: $BUILD_LOG)"
  swift_build "$@" || status=$?
  if ((status != 0)); then
    grep -E '(^|: )(fatal )?error: ' "$BUILD_LOG" | sort -u | head -n 40 | sed 's/^/    /' >&2 || tail_of "$BUILD_LOG"
    die "$EX_FAILED" "swift build failed; everything it said is in $BUILD_LOG"
  fi
  say "built in $((SECONDS - begin)) s"
}

# swift_build ARGUMENT…: its last line as a live line on a terminal, a sign of life each minute elsewhere.
swift_build() {
  local options=()
  # The index is for editors, but for the list of tests, which SwiftPM reads in it; what it says of the system's modules
  # takes a fifth of the time. Elsewhere it stays: with other options than those of a `swift build` by hand, everything
  # would be compiled again.
  [[ ${CI:-} != true ]] ||
    options=(-Xswiftc -index-ignore-system-modules -Xswiftc -index-ignore-clang-modules)
  swift build --package-path "$REPO_ROOT" -c "$BUILD_CONFIG" "${options[@]}" "$@" </dev/null >"$BUILD_LOG" 2>&1 &
  local pid=$! begin=$SECONDS word=60
  # So that nothing goes on compiling behind the prompt after ctrl-c.
  trap 'kill "$pid" 2>/dev/null; exit 130' INT
  trap 'kill "$pid" 2>/dev/null; exit 143' TERM
  while kill -0 "$pid" 2>/dev/null; do
    if [[ -t 2 ]]; then
      printf '\r\e[K%.*s' "$((${COLUMNS:-80} - 1))" "$(tail -n 1 "$BUILD_LOG")" >&2
    elif ((SECONDS - begin >= word)); then
      say "still building after $word s"
      word=$((word + 60))
    fi
    sleep 0.2
  done
  [[ ! -t 2 ]] || printf '\r\e[K' >&2
  trap - INT TERM
  wait "$pid"
}

# our_warnings LOG…: the warnings about our own files. Not `-warnings-as-errors`: given on the command line it reaches
# the dependencies too, which SwiftPM builds with `-suppress-warnings`, and the two exclude each other.
our_warnings() {
  local root=${REPO_ROOT//./\\.}
  grep -hE "^($root/)?(Sources|Tests|Benchmarks|Examples)/[^:]*:[0-9]+:[0-9]+: warning: " "$@" | sort -u
}

# forget_compiled_sources: a warning is printed only while its file is compiled, so an earlier build would hide it.
forget_compiled_sources() {
  local folders=()
  [[ -d $BUILD_DIR ]] || return 0
  mapfile -t folders < <(existing_folders Sources Tests Benchmarks Examples)
  ((${#folders[@]} == 0)) || find "${folders[@]}" -name '*.swift' -exec touch -- {} +
}

# existing_folders NAME…: as absolute paths.
existing_folders() {
  local name
  for name in "$@"; do
    [[ ! -e $REPO_ROOT/$name ]] || echo "$REPO_ROOT/$name"
  done
}
