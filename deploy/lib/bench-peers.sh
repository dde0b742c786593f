# shellcheck shell=bash
# The clients somebody would pick otherwise. One that cannot be built or installed here is in MISSING, with why.

declare -A MISSING=()

build_peers() { :; }
