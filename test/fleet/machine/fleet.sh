#!/bin/bash
# Boots the test fleet and puts it away: real Debian systems dressed as Ubuntu 24.04, systemd as their init.
#   fleet.sh up NAME[:docker]...   first clears away what a killed run left
#   fleet.sh down                  may be run at any time, also twice
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
  flock -w 60 9 || die "another fleet.sh has held $fleet_dir/lock for a minute"
  case $verb in
    up) up "$@" ;;
    down) down ;;
    *) die 'usage: fleet.sh up NAME[:docker]... | down' ;;
  esac
}

up() {
  cgroup_is_empty "$cgroup/keeper" ||
    die "another test run is using $fleet_dir: wait for it, or set MAESTRO_FLEET_DIR to a folder of your own"
  down
  rm -rf "$run"
  mkdir -p "$run/controller/home" "$run/servers" "$cgroup"
  raise_inotify_limit
  "$here/layers.sh" 9>&-
  ssh-keygen -q -t ed25519 -N '' -C maestro-fleet -f "$run/controller/key"
  "$here/network.sh" up "${@%%:*}"
  local server
  for server; do prepare_server "${server%%:*}"; done
  for server; do start_server "${server%%:*}" "${server#*:}"; done
  start archive ip netns exec "$switch" node "$here/archive-server.js" "$subnet.254" "$cache/archive/current/www"
  [ -z "${MAESTRO_FLEET_OWNER:-}" ] || start keeper "$here/keeper.sh" "$MAESTRO_FLEET_OWNER"
  describe "$@" >"$run/fleet.json.part"
  mv "$run/fleet.json.part" "$run/fleet.json"
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

# The host key exists before the first boot, so that the controller can know it in advance.
prepare_server() {
  local name=$1 dir=$run/servers/$1 address
  mkdir -p "$dir"/{disk,root}
  address=$("$here/network.sh" address "$name")
  ssh-keygen -q -t ed25519 -N '' -C "root@$name" -f "$dir/host_key"
  echo "$name,$address $(cut -d' ' -f1,2 "$dir/host_key.pub")" >>"$run/controller/known_hosts"
}

start_server() {
  local name=$1 role=$2
  [ "$role" = docker ] || role=plain
  start "$name" unshare --mount --propagation private "$here/server.sh" "$name" "$role"
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
  local server comma=''
  printf '{"cgroup":"%s","controller":{"namespace":"%s","home":"%s"},"servers":[' \
    "$cgroup" "$controller" "$run/controller/home"
  for server; do
    describe_server "${server%%:*}" "${server#*:}"
    comma=,
  done
  printf ']}\n'
}

describe_server() {
  local name=$1 role=$2
  [ "$role" = docker ] || role=plain
  printf '%s\n{"name":"%s","role":"%s","address":"%s","port":22,"user":"deploy"' \
    "$comma" "$name" "$role" "$("$here/network.sh" address "$name")"
  printf ',"keyPath":"%s","knownHostsPath":"%s","namespace":"%s","directory":"%s"}' \
    "$run/controller/key" "$run/controller/known_hosts" "$fleet_id-$name" "$run/servers/$name"
}

main "$@"
