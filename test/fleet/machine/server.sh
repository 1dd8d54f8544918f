#!/bin/bash
# A server in a container: its disk, its root file system, and systemd as init.
# Runs in a mount namespace and a cgroup of its own, so that all of it is gone when this process is.
#   server.sh NAME plain|docker|docker-ce|balancer
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"
. "$here/system.sh"

main() {
  name=$1 role=$2 dir=$run/servers/$1 root=$run/servers/$1/root
  power=/sys/fs/cgroup/$fleet_id/$name/power
  mount_disk
  name_system "$root"
  # A clean cgroup2 tree, as on Ubuntu 24.04, where the machine has a hybrid one (docker does not run in that).
  umount -R /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  cd /
  keep_powered 133 # what systemd-nspawn ends with when its system asks for a reboot
}

# A disk in memory: `df` tells the truth in there, it can be filled or shrunk, and it is gone with the server.
mount_disk() {
  mount -t tmpfs -o size=2g,mode=755 disk "$dir/disk"
  mkdir "$dir"/disk/{changes,work,docker,containerd}
  mount -t overlay "$name" \
    -o "lowerdir=$(cat "$run/$role.lower"),upperdir=$dir/disk/changes,workdir=$dir/disk/work" "$root"
}

run_system() (
  # A new time namespace each boot: the uptime starts at 0. (`unshare --fork` would swallow signals; not needed.)
  uptime=$(cut -d. -f1 /proc/uptime)
  options=()
  case $role in docker | docker-ce) engine_options ;; esac
  echo "$BASHPID" >"$power/cgroup.procs"
  exec unshare --time --boottime "-$uptime" --monotonic 0 \
    systemd-nspawn --quiet --directory="$root" --machine="$name" --boot --register=no --keep-unit \
    --network-namespace-path="/run/netns/$fleet_id-$name" --resolv-conf=off --timezone=off --link-journal=no \
    "${options[@]}" >>"$dir/console.log" 2>&1
)

# What dockerd needs, and no more: with CAP_SYS_TIME a system could set the clock of this machine.
# overlay2 cannot sit on overlayfs, so the engine's two folders lie on the bare disk.
engine_options() {
  options=(--capability=CAP_NET_ADMIN
    --bind="$dir/disk/docker:/var/lib/docker" --bind="$dir/disk/containerd:/var/lib/containerd")
  local call
  for call in add_key keyctl bpf perf_event_open; do options+=("--system-call-filter=$call"); done
  export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
}

main "$@"
