#!/bin/sh
# reboot: from here on the system goes down; the lab does the rest.
set -eu
mkdir -p "$MAESTRO_ROOT/run/lab"
: >"$MAESTRO_ROOT/run/lab/stopping"
: >"$MAESTRO_ROOT/lab/reboot"
