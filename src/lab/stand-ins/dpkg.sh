#!/bin/sh
# dpkg --print-architecture; dpkg --configure -a: finishes what is half configured, unless its postinst still fails.
set -eu
[ "${1-}" != --print-architecture ] || { echo amd64 && exit 0; }
case " $* " in *' --configure -a '*) ;; *) exit 2 ;; esac
grep '|iF$' "$MAESTRO_ROOT/lab/dpkg" | while IFS='|' read -r name version _; do
  printf 'Setting up %s (%s) ...\n' "$name" "$version"
  if lab-fault failing-postinst; then
    printf 'dpkg: error processing package %s (--configure):\n' "$name" >&2
    exit 1
  fi
  lab-install "$name" "$version" ii
done
