# apt-get as it runs where nobody can answer: no questions, no pty, and a file that was changed by hand stays.
# Changes: what apt-get is told to; the log that apt_get_apart is told
# shellcheck shell=sh

# apt_get WORDS…
apt_get() {
  export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical UCF_FORCE_CONFFOLD=1 HOME=/root
  export APT_LISTCHANGES_FRONTEND=none APT_LISTBUGS_FRONTEND=none NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l
  set -- apt-get -q -y -o Dpkg::Use-Pty=0 -o APT::Color=0 -o DPkg::Lock::Timeout=600 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    -o Acquire::Retries=3 -o Acquire::http::Timeout=30 "$@"
  # shellcheck disable=SC2086  # words
  ${apt_apart-} "$@"
}

# One script of maestro's at a time works on the package; it may outlive its line.
alone() {
  trap '' HUP PIPE
  exec 9>"$MAESTRO_ROOT/run/maestro-unattended-upgrades.lock"
  flock -w 60 9 || fail 'another maestro works on unattended-upgrades here'
}

# apt_get_apart LOG WORDS…: in a session of its own that writes to a file, so that a cut line does not reach it. It holds
# a lock for as long as it runs, and nothing that it starts does (-o).
apt_get_apart() {
  log=$1 apt_status=0
  shift
  mkdir -p "${log%/*}"
  apt_apart="setsid flock -n -o $MAESTRO_ROOT/run/maestro-unattended-upgrades-apt.lock"
  apt_get "$@" >"$log" 2>&1 </dev/null 9>&- &
  wait $! || apt_status=$?
  unset apt_apart
  [ "$apt_status" = 0 ] || fail "apt-get ended with $apt_status: $(tail -n 1 "$log")"
}
