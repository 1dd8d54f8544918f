#!/bin/bash
# Builds a small signed apt archive that says it is Ubuntu's: www/ubuntu to be served, key.gpg to trust it by.
#   build.sh FOLDER
set -euo pipefail
here=$(dirname "$(realpath "$0")")
archive=$(realpath "$1")
export GNUPGHOME=$archive/gnupg
trap 'gpgconf --kill all' EXIT # gpg leaves an agent running

main() {
  local suite
  make_key
  mkdir -p "$archive/www/ubuntu"
  cd "$archive/www/ubuntu"
  "$here/packages.sh"
  for suite in noble noble-updates noble-security; do publish "$suite"; done
}

make_key() {
  install -d -m 700 "$GNUPGHOME"
  gpg --batch -q --passphrase '' --quick-gen-key 'maestro test fleet (throw-away)' rsa2048 sign never
  gpg --export >"$archive/key.gpg"
}

publish() {
  local suite=$1 lists
  lists=dists/$suite/main/binary-$(dpkg --print-architecture)
  mkdir -p "$lists"
  apt-ftparchive packages "pool/$suite" | add_phasing "$suite" >"$lists/Packages"
  gzip -9k "$lists/Packages"
  apt-ftparchive "${release[@]}" -o "APT::FTPArchive::Release::Suite=$suite" release "dists/$suite" >Release
  mv Release "dists/$suite/Release"
  gpg --batch -q --clearsign -o "dists/$suite/InRelease" "dists/$suite/Release"
}

release=()
while read -r field; do release+=(-o "APT::FTPArchive::Release::$field"); done <<LIST
Origin=Ubuntu
Label=Ubuntu
Codename=noble
Version=24.04
Components=main
Architectures=$(dpkg --print-architecture)
LIST

# A phased update is marked by the archive, not by the package.
add_phasing() {
  awk -v suite="$1" '
    { print }
    /^Package: / { name = $2 }
    /^Version: / && name == "fl-phased" && suite == "noble-updates" { print "Phased-Update-Percentage: 0" }'
}

main
