# Takes the lock of the server for a run, when it is free or may be taken over.
# Inputs: run, controller (a mark of the process that asks), owner (for people), spec (what another controller needs to go
#   on with the run), takes_over (a run whose lock may be replaced, or nothing), force (yes: although that run's
#   controller gave signs of life lately)
# Changes: /var/lib/maestro/lock, /var/lib/maestro/<run>/
# Facts: lock_taken (yes or no), and those of lock_tell: the one that was there
# shellcheck shell=sh disable=SC2154 # lock.sh sets what begins with lock_
work() {
  lock_guard
  lock_read
  lock_taken=no
  if may_take; then
    lock_taken=yes
    take
  fi
  fact lock_taken "$lock_taken"
  lock_tell
}

may_take() {
  [ "$lock_is" = held ] || return 0
  if [ "$lock_run" = "$MAESTRO_RUN" ] && [ "$lock_controller" = "$MAESTRO_CONTROLLER" ]; then return 0; fi
  [ -n "$MAESTRO_TAKES_OVER" ] && [ "$lock_run" = "$MAESTRO_TAKES_OVER" ] || return 1
  [ "$MAESTRO_FORCE" = yes ] || [ "$lock_quiet" -gt 600 ] || return 1
  # What works here for the same run is what we go on with.
  [ "$lock_run" = "$MAESTRO_RUN" ] || [ -z "$lock_busy" ]
}

# The folder is made beside and moved, so that a lock never lacks its owner.
take() {
  new=$lock_home/lock.new old=$lock_home/lock.old
  rm -rf "$new" "$old"
  mkdir "$new"
  printf '%s' "$MAESTRO_RUN" >"$new/run"
  printf '%s' "$MAESTRO_CONTROLLER" >"$new/controller"
  printf '%s' "$MAESTRO_OWNER" >"$new/owner"
  date +%s >"$new/since"
  : >"$new/heartbeat"
  if [ ! -d "$lock_home/$MAESTRO_RUN" ]; then mkdir "$lock_home/$MAESTRO_RUN"; fi
  printf '%s\n' "$MAESTRO_SPEC" >"$lock_home/$MAESTRO_RUN/spec.new"
  mv "$lock_home/$MAESTRO_RUN/spec.new" "$lock_home/$MAESTRO_RUN/spec"
  if [ -d "$lock_folder" ]; then mv "$lock_folder" "$old"; fi
  mv "$new" "$lock_folder"
  rm -rf "$old"
}
