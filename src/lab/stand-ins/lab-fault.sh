#!/bin/sh
# lab-fault NAME: whether this server has that fault now.
[ "$(cat "$MAESTRO_ROOT/lab/fault" 2>/dev/null)" = "$1" ]
