# Where the test fleet keeps its state, and the names of everything that it makes. Sourced by the other scripts.
# shellcheck shell=bash disable=SC2034  # the variables are for those who source this

fleet_dir=$(realpath -m "${MAESTRO_FLEET_DIR:-/var/tmp/maestro-fleet}")
# Two fleets with different folders live side by side: the folder names the cgroup and the network namespaces.
fleet_id=maestro-$(printf %s "$fleet_dir" | sha256sum | cut -c1-4)
cache=$fleet_dir/cache # kept between runs
run=$fleet_dir/run     # this run's; its logs stay for reading until the next one
subnet=10.77.0         # exists only inside our own namespaces
switch=$fleet_id-switch
controller=$fleet_id-controller
cgroup_root=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
cgroup=$cgroup_root/$fleet_id

die() {
  echo "fleet: $*" >&2
  exit 1
}

# await SECONDS WHAT COMMAND...: asks ten times a second; every wait of the fleet has an end.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || die "gave up waiting until $what"
    sleep 0.1
  done
}

cgroup_is_empty() { [ ! -e "$1" ] || grep -q 'populated 0' "$1/cgroup.events"; }

# Kills whatever runs in a cgroup, also the payload that a killed systemd-nspawn leaves alive, and removes it.
remove_cgroup() {
  [ -d "$1" ] || return 0
  echo 1 >"$1/cgroup.kill"
  await 20 "nothing runs in $1" cgroup_is_empty "$1"
  find "$1" -depth -type d -exec rmdir {} +
}
