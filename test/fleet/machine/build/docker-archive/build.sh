#!/bin/bash
# Builds a signed apt archive laid out as Docker's own: www/linux/ubuntu to be served, with its key in `gpg`.
#   build.sh FOLDER
set -euo pipefail
here=$(dirname "$(realpath "$0")")
archive=$(realpath "$1")
architecture=$(dpkg --print-architecture)
export GNUPGHOME=$archive/gnupg
trap 'gpgconf --kill all' EXIT # gpg leaves an agent running

main() {
  mkdir -p "$archive/www/linux/ubuntu" "$archive/binaries"
  cd "$archive/www/linux/ubuntu"
  make_key
  "$here/binaries.sh" "$archive/binaries"
  "$here/packages.sh" "$archive/binaries"
  rm -r "$archive/binaries"
  publish
}

make_key() {
  install -d -m 700 "$GNUPGHOME"
  gpg --batch -q --passphrase '' --quick-gen-key 'maestro test fleet, as Docker (throw-away)' rsa2048 sign never
  gpg --batch -q --export --armor --output gpg
}

publish() {
  local component lists
  for component in stable test; do
    lists=dists/noble/$component/binary-$architecture
    mkdir -p "$lists"
    apt-ftparchive packages "dists/noble/pool/$component" >"$lists/Packages"
    gzip -9k "$lists/Packages"
  done
  apt-ftparchive "${release[@]}" release dists/noble >Release
  mv Release dists/noble/Release
  gpg --batch -q --clearsign -o dists/noble/InRelease dists/noble/Release
}

release=()
while read -r field; do release+=(-o "APT::FTPArchive::Release::$field"); done <<LIST
Origin=Docker
Label=Docker CE
Suite=noble
Codename=noble
Components=stable test
Architectures=$architecture
LIST

main
