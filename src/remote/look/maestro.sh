# What maestro itself left here: the lock of a run, and the marks of runs that have drained this server.
# Facts:
#   marks_lock     yes or no
#   marks_owner
#   marks_run
#   marks_since    epoch seconds
#   marks_drained  each: a run
# shellcheck shell=sh
look_maestro() {
  marks=$MAESTRO_ROOT/var/lib/maestro
  marks_lock=no
  if [ -d "$marks" ]; then look_maestro_marks; fi
  fact marks_lock "$marks_lock"
}

look_maestro_marks() {
  entries=$(as_root_if_needed find "$marks" -maxdepth 2)
  for entry in $entries; do
    case $entry in
      "$marks/lock") marks_lock=yes ;;
      "$marks"/drained/*) fact marks_drained "${entry##*/}" ;;
    esac
  done
  [ "$marks_lock" = yes ] || return 0
  owner=$(look_maestro_lock owner)
  run=$(look_maestro_lock run)
  since=$(look_maestro_lock since)
  fact marks_owner "$owner"
  fact marks_run "$run"
  fact marks_since "$since"
}

# A lock is taken by making its folder, before anything is written into it.
look_maestro_lock() {
  case $entries in *"$marks/lock/$1"*) as_root_if_needed head -c 1000 "$marks/lock/$1" ;; esac
}
