#!/bin/bash
# One server from power on to power off, as often as it takes: its disk, its root file system, and systemd as init.
# Runs in a mount namespace and a cgroup of its own, so that all of it is gone when this process is.
#   server.sh NAME plain|docker
# Files in the server's folder that a test may put there:
#   boot-delay   seconds that firmware and boot loader take
#   stay-down    the next reboot ends in the dark
#   power-on     switches a server on that is off
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"

main() {
  name=$1 role=$2 dir=$run/servers/$1 root=$run/servers/$1/root
  mount_disk
  name_system
  # A clean cgroup2 tree, as on Ubuntu 24.04, where the machine has a hybrid one (docker does not run in that).
  umount -R /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  power=/sys/fs/cgroup/$fleet_id/$name/power
  cd /
  while :; do
    boot
    if [ "$ending" != 133 ] || [ -e "$dir/stay-down" ]; then await_power; fi
    sleep "$(cat "$dir/boot-delay" 2>/dev/null || echo 0)"
  done
}

# A disk in memory: `df` tells the truth in there, it can be filled or shrunk, and it is gone with the server.
mount_disk() {
  mount -t tmpfs -o size=2g,mode=755 disk "$dir/disk"
  mkdir "$dir"/disk/{changes,work,docker,containerd}
  mount -t overlay "$name" \
    -o "lowerdir=$(cat "$run/$role.lower"),upperdir=$dir/disk/changes,workdir=$dir/disk/work" "$root"
}

name_system() {
  local archives='archive.ubuntu.com security.ubuntu.com download.docker.com'
  echo "$name" >"$root/etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n%s.254 %s\n' "$name" "$subnet" "$archives" >"$root/etc/hosts"
  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  install -m 600 "$dir/host_key" "$root/etc/ssh/ssh_host_ed25519_key"
  install -m 644 "$dir/host_key.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
  install -d -m 700 -o 1000 -g 1000 "$root/home/deploy/.ssh"
  install -m 600 -o 1000 -g 1000 "$run/controller/key.pub" "$root/home/deploy/.ssh/authorized_keys"
}

# Sets `ending`: 133 is systemd-nspawn's word for a reboot, 0 for a power off, 137 for a power cut.
boot() {
  mkdir -p "$power"
  note on
  ending=0
  run_init || ending=$?
  note "off $ending"
  remove_cgroup "$power"
}

run_init() (
  # A new time namespace each boot: the uptime starts at 0. (`unshare --fork` would swallow signals; not needed.)
  local uptime options=()
  uptime=$(cut -d. -f1 /proc/uptime)
  [ "$role" = plain ] || engine_options
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

await_power() {
  note dark
  until [ -e "$dir/power-on" ]; do sleep 0.1; done
  rm "$dir/power-on"
}

note() { echo "$(date +%s.%N) $*" >>"$dir/power.log"; }

main "$@"
