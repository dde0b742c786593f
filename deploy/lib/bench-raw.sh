# shellcheck shell=bash
# The baseline in C, which also makes exchange and queues anew for whoever is measured.

raw() { timeout 300 "$RUN_DIR/rawbench" "$@" || die "$EX_FAILED" "the C baseline failed: $*"; }

build_raw() {
  # shellcheck disable=SC2046 # one word an option
  cc -std=gnu11 -O2 -Wall -Wextra -o "$RUN_DIR/rawbench" "$REPO_ROOT"/Benchmarks/RawC/*.c -pthread \
    $(pkg-config --cflags --libs librabbitmq sqlite3) || die "$EX_FAILED" "the C baseline does not compile"
}
