#!/bin/sh
# needrestart -b: services of which an upgrade has replaced what they run.
set -eu
running=$(cat "$MAESTRO_ROOT/lab/kernel")
newest=$(find "$MAESTRO_ROOT/boot" -name 'vmlinuz-*' | sed 's/.*vmlinuz-//' | sort | tail -n 1)
state=1
[ "$running" = "$newest" ] || state=3
printf 'NEEDRESTART-VER: 3.6\nNEEDRESTART-KCUR: %s\nNEEDRESTART-KEXP: %s\nNEEDRESTART-KSTA: %s\n' "$running" "$newest" "$state"
sed 's/^/NEEDRESTART-SVC: /' "$MAESTRO_ROOT/lab/stale"
