# How a test package is made: stage its scripts and files, then `deb` packs them and starts anew. Sourced.
# shellcheck shell=bash

staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT

# content PATH TEXT
content() {
  mkdir -p "$staged/$(dirname "$1")"
  echo "$2" >"$staged/$1"
}

# conffile PATH TEXT: a file that belongs to the administrator once it is installed.
conffile() {
  content "$1" "$2"
  content DEBIAN/conffiles "/$1"
}

# script NAME TEXT: a maintainer script.
script() {
  content "DEBIAN/$1" "#!/bin/sh
set -e
$2"
  chmod 755 "$staged/DEBIAN/$1"
}

# deb NAME VERSION SUITES [CONTROL-LINE...]
deb() {
  local name=$1 version=$2 suites=$3 suite
  content "usr/share/$name/version" "$version"
  content DEBIAN/control "$(control "$name" "$version" "${@:4}")"
  for suite in $suites; do
    mkdir -p "pool/$suite"
    dpkg-deb --root-owner-group -Zgzip --build "$staged" "pool/$suite/${name}_${version}_all.deb" >/dev/null
  done
  rm -rf "${staged:?}"/*
}

# control NAME VERSION [CONTROL-LINE...]: for $architecture where that is set.
control() {
  printf '%s\n' "Package: $1" "Version: $2" "Architecture: ${architecture:-all}" 'Section: misc' 'Priority: optional' \
    'Maintainer: maestro test fleet <root@localhost>' "${@:3}" "Description: test package $1"
}
