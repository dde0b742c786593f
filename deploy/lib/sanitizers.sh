# shellcheck shell=bash
# shellcheck disable=SC2034 # deploy/test reads what is set here
# Builds with a sanitizer, and what it is told.
#
# Instrumented is what is built here, all of it Swift. librabbitmq, OpenSSL and the Swift runtime are not: AddressSanitizer
# sees what they allocate, copy and free, but not every byte they touch; ThreadSanitizer sees the threads, the atomics and
# pthread's locks, and is told about Swift's Mutex (sanitizers/tsan-mutex.c). Nothing is suppressed but two leaks that are
# not ours.

# What is worth it: where bytes from outside meet memory, and threads each other.
readonly SANITIZED_TESTS='HostileServerTests|FuzzedServerTests|CallsUnderFaultTests|BusUnderFaultTests'

# use_sanitizer NAME: address or thread. Sets `sanitizing` and, unless there is one, `filter`. Before build.sh is sourced.
use_sanitizer() {
  sanitizing=("--sanitize=$1")
  ((${#filter[@]} > 0)) || filter=(--filter "$SANITIZED_TESTS")
  # A build of its own: objects with and without a sanitizer do not mix. .build-asan, .build-tsan
  export SWIFTPM_BUILD_DIR=$REPO_ROOT/.build-${1:0:1}san
}

# set_sanitizer_environment NAME: what the tests run with, in `test_environment`. After the build.
set_sanitizer_environment() {
  local lib=$DEPLOY_DIR/lib/sanitizers
  case $1 in
    address) test_environment=("LSAN_OPTIONS=suppressions=$lib/lsan.supp:print_suppressions=0") ;;
    thread)
      local clang library=$BUILD_DIR/libtsan-mutex.so
      clang=$(dirname "$(realpath "$(command -v swift)")")/clang
      [[ -x $clang ]] || clang=clang
      "$clang" -shared -fPIC -O1 -o "$library" "$lib/tsan-mutex.c" ||
        die "$EX_FAILED" "$lib/tsan-mutex.c could not be compiled with $clang"
      test_environment=("TSAN_OPTIONS=halt_on_error=0:exitcode=66" "LD_PRELOAD=$library")
      ;;
  esac
}
