# shellcheck shell=bash
# shellcheck disable=SC2034 # other files read what is set here
# Release binaries with the Swift runtime inside: what is shipped, and what the benchmarks measure. Calls into a runtime of
# its own file go through tables, which is a tenth of what a message costs. Before build.sh: it says where things are built.
#
# One library stays outside. ICU, in C++, is Foundation's tables of languages, time zones and calendars: 39 MB, which would
# otherwise be part of each of the binaries.

SWIFTPM_BUILD_DIR=$(realpath -m -- "${SWIFTPM_BUILD_DIR:-$REPO_ROOT/.build-static}")
BUILD_CONFIG=release
readonly ICU=lib_FoundationICU.so

# prepare_static_build: sets `STATIC`, the options for `build`, and `TOOLCHAIN_LIBRARIES`, the folder that ICU is in.
prepare_static_build() {
  local tools linker=$SWIFTPM_BUILD_DIR/ld
  tools=$(dirname "$(realpath "$(command -v swift)")")
  TOOLCHAIN_LIBRARIES=$(realpath -m -- "$tools/../lib/swift/linux")
  # Its place is part of how everything is compiled: another one, and all of it is compiled again.
  mkdir -p -- "$SWIFTPM_BUILD_DIR"
  write_linker "$tools" "$TOOLCHAIN_LIBRARIES/$ICU" "$linker"
  # --no-export-dynamic: nobody loads these programs as libraries, so their symbols need no names, and what nobody calls can
  # go. pack-relative-relocs: a twentieth of the size of the usual table of addresses.
  STATIC=(
    --static-swift-stdlib --scratch-path "$SWIFTPM_BUILD_DIR" -Xswiftc "-ld-path=$linker"
    -Xlinker --no-export-dynamic -Xlinker -z -Xlinker pack-relative-relocs
  )
}

# write_linker TOOLS ICU LINKER: LLVM's, which is told of the shared ICU before it meets the static one that Swift's own
# libraries ask for. What is found first is taken, and there is no other way to come before them.
write_linker() {
  [[ -x $1/ld.lld && -r $2 ]] || die "$EX_FAILED" "this Swift toolchain has no ld.lld or no $ICU: $1"
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$1/ld.lld" "$2" >"$3"
  chmod +x -- "$3"
}
