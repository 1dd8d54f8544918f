#!/bin/sh
# lab-install NAME VERSION STATE: puts a package into dpkg's table, and does what its postinst would.
set -eu
table=$MAESTRO_ROOT/lab/dpkg
awk -F '|' -v name="$1" '$1 != name' "$table" >"$table.new"
printf '%s|%s|%s\n' "$1" "$2" "$3" >>"$table.new"
sort -o "$table.new" "$table.new"
mv "$table.new" "$table"
case $1 in
  linux-image-[0-9]*)
    printf 'a kernel\n' >"$MAESTRO_ROOT/boot/vmlinuz-${1#linux-image-}"
    mkdir -p "$MAESTRO_ROOT/var/lib/dpkg/info"
    : >"$MAESTRO_ROOT/var/lib/dpkg/info/$1.list"
    ;;
  unattended-upgrades)
    stand_in=$(readlink "$MAESTRO_ROOT/usr/bin/apt-get")
    ln -sf "${stand_in%/*}/unattended-upgrade" "$MAESTRO_ROOT/usr/bin/unattended-upgrade"
    ;;
  libssl3t64 | libpq5) cat "$MAESTRO_ROOT/lab/services" >"$MAESTRO_ROOT/lab/stale" ;;
esac
case $1 in
  linux-image-[0-9]* | libc6)
    printf '*** System restart required ***\n' >"$MAESTRO_ROOT/run/reboot-required"
    printf '%s\n' "$1" >>"$MAESTRO_ROOT/run/reboot-required.pkgs"
    ;;
esac
