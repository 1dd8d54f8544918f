#!/bin/sh
# systemctl: units that are active lie in run/lab/units, those that begin with the system in lab/enabled.
set -eu
units=$MAESTRO_ROOT/run/lab/units enabled=$MAESTRO_ROOT/lab/enabled
verb='' names='' properties='' is_failed=no is_quiet=no
while [ $# -gt 0 ]; do
  case $1 in
    -p) properties="$properties $2" && shift ;;
    --failed) is_failed=yes ;;
    -q) is_quiet=yes ;;
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$1; else names="$names $1"; fi ;;
  esac
  shift
done
# Names may hold patterns, which are not for this folder.
set -f

state_of() { if [ -e "$units/$1" ]; then echo active; else echo inactive; fi; }

is_active() {
  status=3
  for name in $names; do
    state=$(state_of "$name")
    [ "$state" != active ] || status=0
    [ "$is_quiet" = yes ] || echo "$state"
  done
  return "$status"
}

list_units() {
  [ "$is_failed" = no ] || return 0
  find "$units" -type f -name "${names# }" | while read -r path; do printf '%s loaded active running\n' "${path##*/}"; done
}

# A block for each unit, with an empty line between.
show() {
  between=''
  for name in $names; do
    printf %s "$between"
    show_unit
    between='
'
  done
}

show_unit() {
  for property in $properties; do
    case $property in
      Id) value=$name ;;
      LoadState) value=loaded ;;
      UnitFileState) if [ -e "$enabled/$name" ]; then value=enabled; else value=disabled; fi ;;
      ActiveState) value=$(state_of "$name") ;;
      SubState) value=waiting ;;
      NextElapseUSecRealtime) value=$(cat "$MAESTRO_ROOT/lab/next-night") ;;
      *) value= ;;
    esac
    printf '%s=%s\n' "$property" "$value"
  done
}

# A service that begins anew runs the code that lies on the disk.
restart() {
  for name in $names; do
    grep -vx -e "$name" "$MAESTRO_ROOT/lab/stale" >"$MAESTRO_ROOT/lab/stale.new" || :
    mv "$MAESTRO_ROOT/lab/stale.new" "$MAESTRO_ROOT/lab/stale"
  done
}

case $verb in
  is-active) is_active ;;
  is-system-running) if [ -e "$MAESTRO_ROOT/run/lab/stopping" ]; then echo stopping && exit 1; else echo running; fi ;;
  list-units) list_units ;;
  list-jobs) [ ! -e "$MAESTRO_ROOT/run/lab/stopping" ] || echo '1 shutdown.target start waiting' ;;
  show) show ;;
  restart) restart ;;
  start) for name in $names; do : >"$units/$name"; done ;;
  stop) for name in $names; do rm -f "$units/$name"; done ;;
  enable) for name in $names; do : >"$enabled/$name"; done ;;
  disable) for name in $names; do rm -f "$enabled/$name"; done ;;
  reboot) exec reboot ;;
  *) exit 1 ;;
esac
