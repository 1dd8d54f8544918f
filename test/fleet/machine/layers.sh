#!/bin/bash
# Makes the read-only layers that the servers' root file systems are stacked from, and the apt archives, each once:
# a layer is kept under a key made of its own scripts and everything below it.
#   debian                    Debian 12 with systemd, sshd, sudo, apt, unattended-upgrades
#   debian + plain            the same, dressed as Ubuntu 24.04, with version 1 of the archive's packages
#   debian + engine + docker  the same with Debian's docker.io below
#   debian + engine-ce + docker-ce  the same with Docker's own packages below, from an archive like Docker's own
#   debian + haproxy + balancer  the same with Debian's HAProxy below
#   debian + kernel + vm      the same with a kernel of its own below
# Writes $run/ROLE.lower: what to mount, top layer first; and $run/www, what the archives' web server hands out.
#   layers.sh ROLE...
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"
build=$here/build

main() {
  # Fleets that are booted beside each other share what is built once.
  exec 8>"$cache/lock"
  flock 8
  name_layers
  need "$archive" "$build/archive/build.sh"
  serve "$archive/www/ubuntu"
  need "$debian" "$build/debian.sh"
  local role
  for role; do
    case $role in
      plain) role_layers plain "$plain" "$debian" ;;
      docker)
        need "$engine" stack "$debian" "$build/engine.sh"
        role_layers docker "$docker" "$engine:$debian"
        ;;
      docker-ce)
        need "$docker_archive" "$build/docker-archive/build.sh"
        serve "$docker_archive/www/linux"
        archive=$docker_archive need "$engine_ce" stack "$debian" "$build/docker-ce.sh"
        role_layers docker-ce "$docker_ce" "$engine_ce:$debian"
        ;;
      balancer)
        need "$haproxy" stack "$debian" "$build/balancer.sh"
        role_layers balancer "$balancer" "$haproxy:$debian"
        ;;
      vm)
        need "$kernel" stack "$debian" "$build/kernel.sh"
        role_layers vm "$vm" "$kernel:$debian"
        ;;
    esac
  done
  forget_all_but "$archive" "$docker_archive" "$debian" "$engine" "$engine_ce" "$haproxy" "$kernel" \
    "$plain" "$docker" "$docker_ce" "$balancer" "$vm"
}

name_layers() {
  archive=$cache/archive/$(key_of "$build"/archive/*)
  docker_archive=$cache/docker-archive/$(key_of "$build"/docker-archive/* "$build/archive/deb.sh" "$build/mirror.sh")
  debian=$cache/debian/$(key_of "$build/debian.sh" "$build/mirror.sh")
  engine=$cache/engine/$(key_of "$build/engine.sh" "$debian")
  engine_ce=$cache/engine-ce/$(key_of "$build/docker-ce.sh" "$docker_archive" "$debian")
  haproxy=$cache/haproxy/$(key_of "$build/balancer.sh" "$debian")
  kernel=$cache/kernel/$(key_of "$build/kernel.sh" "$debian")
  plain=$cache/plain/$(key_of "$build"/dress/* "$archive" "$debian")
  docker=$cache/docker/$(key_of "$build"/dress/* "$archive" "$engine")
  docker_ce=$cache/docker-ce/$(key_of "$build"/dress/* "$archive" "$engine_ce")
  balancer=$cache/balancer/$(key_of "$build"/dress/* "$archive" "$haproxy")
  vm=$cache/vm/$(key_of "$build"/dress/* "$archive" "$kernel")
}

# serve FOLDER: under its own name on the web server.
serve() {
  mkdir -p "$run/www"
  ln -sfn "$1" "$run/www/"
}

# role_layers ROLE LAYER BELOW: dresses what is below, and says what such a server mounts.
role_layers() {
  need "$2" stack "$3" "$build/dress/dress.sh"
  echo "$2:$3" >"$run/$1.lower"
}

# The content of files, the name of folders (a layer below is named by its own key), and how layers are made.
key_of() {
  local path
  {
    cat "$here/layers.sh"
    for path; do
      case $path in "$cache"/*) echo "${path#"$cache/"}" ;; *) cat "$path" ;; esac
    done
  } | sha256sum | cut -c1-12
}

# need FOLDER COMMAND...: unless it is there, runs COMMAND... PART and then gives the part its name. A build that is
# killed leaves only the part.
need() {
  [ ! -e "$1" ] || return 0
  local folder=$1 log=$run/${1#"$cache/"}.log
  shift
  rm -rf "$folder.part"
  mkdir -p "$folder.part" "${log%/*}"
  "$@" "$folder.part" >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "${folder#"$cache/"} could not be built; the whole log is $log"
  }
  mv "$folder.part" "$folder"
}

# stack BELOW SCRIPT LAYER: runs SCRIPT in the stacked file system; what it changes becomes the layer.
stack() {
  local below=$1 script=$2 layer=$3
  mkdir "$layer.work" "$layer.root"
  unshare --mount --propagation private --pid --fork --kill-child \
    "$here/chroot.sh" "$below" "$layer" "$script" "$archive" || return
  rm -rf "$layer.work" "$layer.root"
}

forget_all_but() {
  local folder
  for folder in "$cache"/*/*; do
    case " $* " in *" $folder "*) ;; *) rm -rf "$folder" ;; esac
  done
}

main "$@"
