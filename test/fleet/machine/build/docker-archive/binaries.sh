#!/bin/bash
# What goes into Docker's packages: the engines that Debian 12 and Debian 13 have built, which run on Debian 12, by an apt
# with lists of its own. Makes FOLDER/20.10, FOLDER/26.1 and FOLDER/27.0, whose dockerd does not start.
#   binaries.sh FOLDER
set -euo pipefail
. "$(dirname "$(realpath "$0")")/../mirror.sh"

main() {
  cd "$1"
  set_up_apt
  fetch bookworm docker.io containerd runc tini
  fetch trixie docker.io docker-cli containerd docker-buildx docker-compose
  unpack 20.10 bookworm
  unpack 26.1 trixie
  cp -l 20.10/{runc,docker-init} 26.1/ # Debian 13's runc needs a newer C library
  break_engine
}

set_up_apt() {
  local apt=$PWD/apt suite
  mkdir -p apt/{lists,cache/archives}/partial
  for suite in bookworm trixie; do echo "deb $(archive_of bookworm) $suite main"; done >apt/sources.list
  cat >apt/conf <<LIST
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "-";
Dir::State::Lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
LIST
  export APT_CONFIG=$apt/conf
  apt-get -q update
}

# fetch SUITE PACKAGE...
fetch() {
  mkdir "$1"
  (cd "$1" && apt-get -q download "${@:2}" -o "APT::Default-Release=$1")
}

# unpack ENGINE SUITE: the programs of that suite's packages, side by side.
unpack() {
  local package
  for package in "$2"/*.deb; do dpkg-deb -x "$package" "$2"; done
  mkdir "$1"
  find "$2" -type f \( -path '*bin/*' -o -path '*/libexec/*' \) -perm -100 -exec mv -t "$1" {} +
  [ ! -e "$1/tini-static" ] || mv "$1/tini-static" "$1/docker-init"
}

break_engine() {
  cp -lr 26.1 27.0
  rm 27.0/dockerd
  printf '#!/bin/sh\necho "dockerd: broken build" >&2\nexit 1\n' >27.0/dockerd
}

main "$@"
