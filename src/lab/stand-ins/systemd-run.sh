#!/bin/sh
# systemd-run [--unit=NAME] [--on-active=SECONDS] [-p NAME=VALUE…] COMMAND…: runs it as a process of its own, with next to no
# environment, and is there as an active unit meanwhile; what ExecStopPost names comes after it.
set -eu
unit='' seconds='' ending=''
while [ $# -gt 0 ]; do
  case $1 in
    --unit=*) unit=${1#*=} ;;
    --on-active=*) seconds=${1#*=} && seconds=${seconds%s} ;;
    -p) case $2 in ExecStopPost=*) ending=${2#*=} ;; esac && shift ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
units=$MAESTRO_ROOT/run/lab/units
case $unit in *.service) ;; *) unit=$unit.service ;; esac
[ ! -e "$units/$unit" ] || { echo "Unit $unit was already loaded." >&2 && exit 1; }
timer=${unit%.service}.timer
if [ -n "$seconds" ]; then : >"$units/$timer"; else : >"$units/$unit"; fi
invocation=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export MAESTRO_LAB_UNIT="$unit" MAESTRO_LAB_SECONDS="$seconds" MAESTRO_LAB_ENDING="$ending" MAESTRO_LAB_INVOCATION="$invocation"
setsid lab-unit "$@" </dev/null >/dev/null 2>&1 9>&- 8>&- &
