# shellcheck shell=bash
# shellcheck disable=SC2034 # deploy/test reads what is set here
# Builds with a sanitizer, and what it is told.
#
# Ours is instrumented, all of it in Swift. librabbitmq, OpenSSL and the Swift runtime are not: AddressSanitizer sees what
# they allocate, copy and free, and not every byte they touch; what ThreadSanitizer needs to know of them stands in
# tsan.supp with its reason.

# What is worth it: where bytes from outside meet memory, and threads each other.
readonly SANITIZED_TESTS='HostileServerTests|FuzzedServerTests|CallsUnderFaultTests|BusUnderFaultTests'

# use_sanitizer NAME: address or thread. Sets `sanitizing` and, unless there is one, `filter`; before build.sh is sourced.
use_sanitizer() {
  sanitizing=("--sanitize=$1")
  ((${#filter[@]} > 0)) || filter=(--filter "$SANITIZED_TESTS")
  # A build of its own: objects with and without a sanitizer do not mix.
  export SWIFTPM_BUILD_DIR=$REPO_ROOT/.build-${1:0:1}san
  export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0
  export LSAN_OPTIONS=suppressions=$DEPLOY_DIR/lib/lsan.supp:print_suppressions=0
  export TSAN_OPTIONS=suppressions=$DEPLOY_DIR/lib/tsan.supp:halt_on_error=0:exitcode=66
}
