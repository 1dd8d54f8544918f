# What maestro itself left here: the lock of a run, and the marks of runs that have drained this server.
# Facts:
#   marks_lock     yes or no
#   marks_owner
#   marks_run
#   marks_since    epoch seconds
#   marks_beat     epoch seconds of its last sign of life
#   marks_busy     each: a unit of that run that works or waits here
#   marks_drained  each: a run
# shellcheck shell=sh
facts_maestro() {
  marks=$MAESTRO_ROOT/var/lib/maestro
  marks_lock=no
  if [ -d "$marks" ]; then facts_maestro_marks; fi
  fact marks_lock "$marks_lock"
}

facts_maestro_marks() {
  entries=$(as_root_if_needed find "$marks" -maxdepth 2)
  for entry in $entries; do
    case $entry in
      "$marks/lock") marks_lock=yes ;;
      "$marks"/drained/*) fact marks_drained "${entry##*/}" ;;
    esac
  done
  [ "$marks_lock" = yes ] || return 0
  owner=$(facts_maestro_lock owner)
  run=$(facts_maestro_lock run)
  since=$(facts_maestro_lock since)
  fact marks_owner "$owner"
  fact marks_run "$run"
  fact marks_since "$since"
  beat=$(as_root_if_needed stat -c %Y "$marks/lock")
  case $entries in *"$marks/lock/heartbeat"*) beat=$(as_root_if_needed stat -c %Y "$marks/lock/heartbeat") ;; esac
  fact marks_beat "$beat"
  if [ -n "$run" ] && [ -d "$MAESTRO_ROOT/run/systemd/system" ]; then
    units=$(within 10 systemctl list-units --plain --no-legend --state=active,activating,deactivating "maestro-$run-*")
    units=$(printf '%s\n' "$units" | cut -d ' ' -f 1)
    facts marks_busy "$units"
  fi
}

# A lock is taken by making its folder, before anything is written into it.
facts_maestro_lock() {
  case $entries in *"$marks/lock/$1"*) as_root_if_needed head -c 1000 "$marks/lock/$1" ;; esac
}
