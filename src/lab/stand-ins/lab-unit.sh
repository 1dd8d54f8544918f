#!/bin/sh
# lab-unit COMMAND…: the life of one unit, from its timer to what comes after its end.
set -u
units=$MAESTRO_ROOT/run/lab/units
unit=$MAESTRO_LAB_UNIT
in_unit() { env -i "PATH=$PATH" HOME=/root "MAESTRO_ROOT=$MAESTRO_ROOT" "INVOCATION_ID=$MAESTRO_LAB_INVOCATION" "$@"; }
mkdir -p "$MAESTRO_ROOT/lab/pids"
: >"$MAESTRO_ROOT/lab/pids/$$"
if [ -n "$MAESTRO_LAB_SECONDS" ]; then
  sleep "$MAESTRO_LAB_SECONDS"
  : >"$units/$unit"
  rm -f "$units/${unit%.service}.timer"
fi
in_unit lab-process "$@" &
main=$!
status=0
wait "$main" || status=$?
rm -rf "$MAESTRO_ROOT/proc/$main"
result=success
[ "$status" = 0 ] || result=exit-code
[ "$status" -le 128 ] || result=signal
if [ -n "$MAESTRO_LAB_ENDING" ]; then
  # shellcheck disable=SC2086  # words, as systemd takes them
  in_unit SERVICE_RESULT="$result" EXIT_STATUS="$status" $MAESTRO_LAB_ENDING
fi
rm -f "$units/$unit" "$MAESTRO_ROOT/lab/pids/$$"
