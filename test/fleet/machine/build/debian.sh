#!/bin/bash
# The root file system that all servers share: Debian 12 from the archives that this machine's own apt uses.
#   debian.sh FOLDER
set -euo pipefail
. "$(dirname "$(realpath "$0")")/mirror.sh"

main() {
  local packages=systemd,systemd-sysv,dbus,libpam-systemd,openssh-server,sudo,unattended-upgrades,needrestart,lsb-release
  packages+=,iproute2,procps,busybox-static,ca-certificates,csh,fish
  mmdebstrap --quiet --variant=minbase --include="$packages" bookworm "$1" \
    "deb $(archive_of bookworm) bookworm main" \
    "deb $(archive_of bookworm-security) bookworm-security main"
  chmod 755 "$1"
}

main "$@"
