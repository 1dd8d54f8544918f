#!/bin/bash
# Makes the read-only layers that the servers' root file systems are stacked from, and the apt archive, each once:
# a layer is kept under a key made of its own scripts and everything below it.
#   debian                    Debian 12 with systemd, sshd, sudo, apt, unattended-upgrades
#   debian + plain            the same, dressed as Ubuntu 24.04, with version 1 of the archive's packages
#   debian + engine + docker  the same with Debian's docker.io below
# Writes $run/plain.lower and $run/docker.lower: what to mount, top layer first.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"
build=$here/build

main() {
  local debian engine plain docker archive
  archive=$cache/archive/$(key_of "$build"/archive/*)
  [ -e "$archive" ] || make "$archive" "$build/archive/build.sh"
  ln -sfn "${archive##*/}" "$cache/archive/current"

  debian=$cache/debian/$(key_of "$build/debian.sh")
  [ -e "$debian" ] || make "$debian" "$build/debian.sh"
  engine=$cache/engine/$(key_of "$build/engine.sh" "$debian")
  [ -e "$engine" ] || make "$engine" stack "$debian" "$build/engine.sh"
  plain=$cache/plain/$(key_of "$build"/dress/* "$archive" "$debian")
  [ -e "$plain" ] || make "$plain" stack "$debian" "$build/dress/dress.sh"
  docker=$cache/docker/$(key_of "$build"/dress/* "$archive" "$engine")
  [ -e "$docker" ] || make "$docker" stack "$engine:$debian" "$build/dress/dress.sh"

  echo "$plain:$debian" >"$run/plain.lower"
  echo "$docker:$engine:$debian" >"$run/docker.lower"
  forget_all_but "$archive" "$debian" "$engine" "$plain" "$docker"
}

# The content of files, the name of folders (a layer below is named by its own key), and how layers are made.
key_of() {
  local path
  {
    cat "$here/layers.sh"
    for path; do if [ -d "$path" ]; then echo "${path#"$cache/"}"; else cat "$path"; fi; done
  } | sha256sum | cut -c1-12
}

# make FOLDER COMMAND...: runs COMMAND... PART, then gives the part its name. A killed build leaves only the part.
make() {
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
    "$here/chroot.sh" "$below" "$layer" "$script" "$cache/archive/current"
  rm -rf "$layer.work" "$layer.root"
}

forget_all_but() {
  local folder
  for folder in "$cache"/{archive,debian,engine,plain,docker}/*; do
    [ ! -L "$folder" ] || continue
    case " $* " in *" $folder "*) ;; *) rm -rf "$folder" ;; esac
  done
}

main "$@"
