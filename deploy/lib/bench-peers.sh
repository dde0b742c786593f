# shellcheck shell=bash
# The clients somebody would pick otherwise. One that cannot be built or installed here is in MISSING, with why.

declare -A MISSING=()

readonly PEERS=(pika FastStream Go Java)
readonly PEER_SOURCES=$REPO_ROOT/Benchmarks/Peers
readonly PEERS_DIR=${PEERS_DIR:-$RUN_DIR/peers}

# The same versions everywhere; Go's and Java's are Debian's.
readonly PIKA=(pika==1.4.4)
readonly FASTSTREAM=('faststream[rabbit]==0.7.8' aio-pika==10.2.1 aiormq==7.2.4 uvloop==0.23.0)

readonly GO_LIBRARIES=/usr/share/gocode
readonly JAVA_LIBRARIES=/usr/share/java/amqp-client.jar:/usr/share/java/slf4j-api.jar:/usr/share/java/slf4j-nop.jar

# build_peers: those that take part.
build_peers() {
  local who
  for who in "${PEERS[@]}"; do
    ! takes_part "$who" || try_to_build "$who" build_peer "$who"
  done
}

# try_to_build WHO COMMAND…: in a subshell, because what builds a peer dies where something is missing, and a bench without
# a peer is still a bench. (`set -e` does not hold there: every step says what happens when it fails.)
try_to_build() {
  local who=$1 log=$PEERS_DIR/$1.log
  shift
  mkdir -p -- "$PEERS_DIR"
  say "building the peer $who"
  ("$@") >"$log" 2>&1 </dev/null && return
  MISSING[$who]=$(tail -n 1 -- "$log" | sed "s/^$COMMAND: //" | cut -c 1-200)
  say "without $who: ${MISSING[$who]} (see $log)"
}

# takes_part WHO: in a case that is to be run.
takes_part() {
  local name
  for name in "${ROUND_CASES[@]}"; do
    [[ ,$(turns_of "$name") != *",$1,"* ]] || return 0
  done
  return 1
}

build_peer() {
  case $1 in
    pika) build_python pika "${PIKA[@]}" ;;
    FastStream) build_python FastStream "${FASTSTREAM[@]}" ;;
    Go) build_go go go-bench ;;
    Java) build_java ;;
  esac
}

# build_python WHO REQUIREMENT…: an environment of its own, so that one which cannot be had does not cost the other.
build_python() {
  local environment=$PEERS_DIR/$1
  shift
  python3 -c 'import ensurepip, venv' || install_packages python3-venv || exit
  python3 -m venv "$environment" || die "$EX_FAILED" "python3 cannot make a virtual environment"
  timeout 300 "$environment/bin/pip" install --disable-pip-version-check "$@" ||
    die "$EX_FAILED" "pip cannot install $*"
}

# build_go FOLDER PROGRAM PACKAGE…: the packages are what it imports beside the client. The toolchain, as Java's, may be
# there without Debian's package of it.
build_go() {
  local folder=$PEER_SOURCES/$1 program=$PEERS_DIR/$2
  shift 2
  command -v go || install_packages golang-go || exit
  install_packages golang-github-rabbitmq-amqp091-go-dev "$@" || exit
  (
    cd -- "$folder" || exit
    env GO111MODULE=off GOPATH="$GO_LIBRARIES" GOFLAGS='' GOENV=off GOCACHE="$PEERS_DIR/go-cache" \
      go build -o "$program" .
  ) || die "$EX_FAILED" "the program for amqp091-go does not compile"
}

build_java() {
  command -v javac || install_packages default-jdk-headless || exit
  install_packages librabbitmq-client-java libslf4j-java || exit
  mkdir -p -- "$PEERS_DIR/java"
  javac -cp "$JAVA_LIBRARIES" -d "$PEERS_DIR/java" "$PEER_SOURCES"/java/*.java ||
    die "$EX_FAILED" "the program for the Java client does not compile"
}

# peer_command WHO: one word a line.
peer_command() {
  case $1 in
    # -B: leaves nothing beside the sources.
    pika) printf '%s\n' "$PEERS_DIR/pika/bin/python" -B "$PEER_SOURCES/python/pika_peer.py" ;;
    FastStream) printf '%s\n' "$PEERS_DIR/FastStream/bin/python" -B "$PEER_SOURCES/python/faststream_peer.py" ;;
    Go) echo "$PEERS_DIR/go-bench" ;;
    Java) printf '%s\n' java -cp "$JAVA_LIBRARIES:$PEERS_DIR/java" Peer ;;
  esac
}
