#!/bin/sh
# lab-process COMMAND…: becomes that command, and is known to the server's /proc, which this computer may not have.
set -eu
folder=$MAESTRO_ROOT/proc/$$
mkdir -p "$folder"
printf '%s (sh) S 1 %s %s 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %s 0 0\n' $$ $$ $$ "$(date +%s)" >"$folder/stat"
printf '%s\0' "$@" >"$folder/cmdline"
exec "$@"
