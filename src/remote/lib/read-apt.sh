# apt, for reading alone.
# shellcheck shell=sh

# read_apt TOOL WORDS…
# As root apt would write its caches and a log, and take signed lists apart in files of /tmp, on a disk that may be full.
read_apt() {
  read_apt_tool=$1
  shift
  set -- -o Dir::Log::Planner= -o Dir::Log::Solver= "$@"
  ! is_root || set -- -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
  set -- "$read_apt_tool" "$@"
  [ ! -w /dev/shm ] || set -- env TMPDIR=/dev/shm "$@"
  within 30 "$@"
}

# Names of packages as apt has them: dpkg-query puts the architecture behind those that may be installed for several.
native_names() {
  native=$(dpkg --print-architecture)
  sed "s/:$native|/|/; s/:$native\$//"
}

# apt_timers PROPERTY…: what systemd shows of the timers of apt's nights, a line each, with | between.
apt_timers() {
  for timer_property; do
    shift
    set -- "$@" -p "$timer_property"
  done
  timers_shown=$(within 10 systemctl show apt-daily.timer apt-daily-upgrade.timer -p Id "$@") || return
  printf '%s\n' "$timers_shown" | awk 'BEGIN { RS = "" } { gsub(/\n/, "|"); print $0 "|" }'
}
