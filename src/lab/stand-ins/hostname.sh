#!/bin/sh
# hostname [-I]
if [ "${1-}" = -I ]; then cat "$MAESTRO_ROOT/lab/address"; else cat "$MAESTRO_ROOT/etc/hostname"; fi
