#!/bin/bash
# Runs a script as root in a stacked file system, with devices of its own: a package that changes the mode of /dev/null
# must not reach the one of this machine. Called by layers.sh in fresh mount and pid namespaces.
#   chroot.sh LOWER LAYER SCRIPT ARCHIVE
set -euo pipefail

main() {
  local lower=$1 layer=$2 script=$3 archive=$4 root=$2.root
  mount -t overlay build -o "lowerdir=$lower,upperdir=$layer,workdir=$layer.work" "$root"
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  make_devices "$root/dev"
  mount -t tmpfs tmpfs "$root/run"
  mkdir "$root"/run/{build,archive}
  mount --bind -o ro "$(dirname "$script")" "$root/run/build"
  mount --bind -o ro "$(realpath "$archive")" "$root/run/archive"
  mount --bind -o ro /etc/resolv.conf "$root/etc/resolv.conf"
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    chroot "$root" "/run/build/$(basename "$script")" </dev/null
}

make_devices() {
  local name minor
  while read -r name minor; do mknod -m 666 "$1/$name" c 1 "$minor"; done <<'LIST'
null 3
zero 5
full 7
random 8
urandom 9
LIST
  ln -s /proc/self/fd "$1/fd"
  mkdir "$1"/{shm,pts}
}

main "$@"
