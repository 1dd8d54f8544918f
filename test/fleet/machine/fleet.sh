#!/bin/bash
# Boots the test fleet and puts it away: real Debian systems dressed as Ubuntu 24.04, systemd as their init.
#   fleet.sh up NAME:ROLE...   role: plain, docker (has Debian's engine), docker-ce (has Docker's own), balancer (has
#                              HAProxy) or vm (has a kernel of its own); first clears away what a killed run left
#   fleet.sh add NAME:ROLE     one more, in the fleet that is up
#   fleet.sh prune             switches off whatever was added
#   fleet.sh remove NAME       one less; its address is not given to another
#   fleet.sh reinstall NAME:ROLE  the same with a fresh disk and another host key, at its address
#   fleet.sh down              may be run at any time, also twice
# MAESTRO_FLEET_DIR    state (default /var/tmp/maestro-fleet)
# MAESTRO_FLEET_OWNER  a process id: the fleet goes down by itself when that process ends, however it ends
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"

main() {
  [ "$(id -u)" = 0 ] || die 'the test fleet boots real systems, which only root can do'
  [ -n "$cgroup_root" ] || die 'the test fleet needs a mounted cgroup2 hierarchy (Linux 5.14 or newer)'
  local verb=${1:-}
  shift || true
  mkdir -p "$fleet_dir" "$cache"
  exec 9>"$fleet_dir/lock"
  flock -w 900 9 || die "another fleet.sh has held $fleet_dir/lock for a quarter of an hour"
  case $verb in
    up) up "$@" ;;
    add) add "$@" ;;
    prune) prune ;;
    remove) remove "$1" ;;
    reinstall) reinstall "${1%%:*}" "${1#*:}" ;;
    down) down ;;
    *) die 'usage: fleet.sh up NAME:ROLE... | add NAME:ROLE | remove NAME | reinstall NAME:ROLE | prune | down' ;;
  esac
}

up() {
  cgroup_is_empty "$cgroup/keeper" ||
    die "another test run is using $fleet_dir: wait for it, or set MAESTRO_FLEET_DIR to a folder of your own"
  down
  rm -rf "$run"
  mkdir -p "$run/controller/home" "$run/servers" "$cgroup"
  [ -z "${MAESTRO_FLEET_OWNER:-}" ] || start keeper "$here/keeper.sh" "$MAESTRO_FLEET_OWNER"
  raise_inotify_limit
  ssh-keygen -q -t ed25519 -N '' -C maestro-fleet -f "$run/controller/key"
  "$here/network.sh" up
  "$here/layers.sh" "${@#*:}" 9>&-
  local server
  for server; do add_server "${server%%:*}" "${server#*:}"; done
  start archive ip netns exec "$switch" node "$here/archive-server.js" "$subnet.254" "$run/www"
  describe "${@%%:*}" >"$run/fleet.json.part"
  mv "$run/fleet.json.part" "$run/fleet.json"
}

add() {
  [ -e "$run/fleet.json" ] || die 'no fleet is up that a server could be added to'
  "$here/layers.sh" "${1#*:}" 9>&-
  add_server "${1%%:*}" "${1#*:}"
}

prune() {
  [ -e "$run/fleet.json" ] || return 0
  local dir name
  for dir in "$run"/servers/*; do
    name=${dir##*/}
    grep -q "\"name\":\"$name\"" "$run/fleet.json" || remove_cgroup "$cgroup/$name"
  done
}

remove() {
  switch_off "$1"
  "$here/network.sh" remove "$1"
}

reinstall() {
  switch_off "$1"
  boot_server "$1" "$2" "$("$here/network.sh" address "$1")"
}

switch_off() {
  remove_cgroup "$cgroup/$1"
  rm -rf "$run/servers/$1"
}

down() {
  rm -f "$run/fleet.json"
  remove_cgroup "$cgroup"
  "$here/network.sh" down
  restore_inotify_limit
}

# The default of 128 ends at about 17 systems: the next one hangs in its boot without a word.
raise_inotify_limit() {
  local limit=/proc/sys/fs/inotify/max_user_instances
  [ "$(cat $limit)" -lt 4096 ] || return 0
  cp $limit "$fleet_dir/inotify-limit"
  echo 4096 >$limit
}

restore_inotify_limit() {
  [ -e "$fleet_dir/inotify-limit" ] || return 0
  cat "$fleet_dir/inotify-limit" >/proc/sys/fs/inotify/max_user_instances
  rm "$fleet_dir/inotify-limit"
}

add_server() {
  "$here/network.sh" add "$1" "$2"
  boot_server "$1" "$2" "$("$here/network.sh" address "$1")"
}

# The host key exists before the first boot, so that the controller can know it in advance.
boot_server() {
  local name=$1 role=$2 address=$3 dir=$run/servers/$1 program=server.sh
  [ "$role" != vm ] || program=vm.sh
  mkdir -p "$dir"/{disk,root}
  ssh-keygen -q -t ed25519 -N '' -C "root@$name" -f "$dir/host_key"
  echo "$name,$address $(cut -d' ' -f1,2 "$dir/host_key.pub")" >>"$run/controller/known_hosts"
  describe_server "$name" "$role" "$address" >"$dir/server.json"
  start "$name" unshare --mount --propagation private "$here/$program" "$name" "$role"
}

# start CGROUP COMMAND...: in a session and a cgroup of its own, with nothing of ours open.
start() {
  local group=$cgroup/$1
  shift
  mkdir -p "$group"
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    exec setsid "$@" 9>&- </dev/null >>"$run/${group##*/}.log" 2>&1
  ) &
}

describe() {
  printf '{"cgroup":"%s","controller":{"namespace":"%s","home":"%s"},"servers":[\n' \
    "$cgroup" "$controller" "$run/controller/home"
  local name
  for name; do cat "$run/servers/$name/server.json"; done | sed '$!s/$/,/'
  printf ']}\n'
}

describe_server() {
  printf '{"name":"%s","role":"%s","address":"%s","port":22,"user":"deploy"' "$1" "$2" "$3"
  printf ',"keyPath":"%s","knownHostsPath":"%s"' "$run/controller/key" "$run/controller/known_hosts"
  printf ',"namespace":"%s","cgroup":"%s","directory":"%s"}\n' "$fleet_id-$1" "$cgroup/$1" "$run/servers/$1"
}

main "$@"
