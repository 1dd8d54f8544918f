# Gives the lock of a run back unless something of the run still works here, and drops what runs of long ago left.
# Inputs: run, controller (whose lock it must be, or nothing: whoever's of that run it is), force (yes: although
#   something of it works here)
# Changes: /var/lib/maestro
# Facts: lock_released (yes or no), and those of lock_tell: what was there
# shellcheck shell=sh disable=SC2154 # lock.sh sets what begins with lock_
work() {
  lock_guard
  lock_read
  lock_released=no
  if may_release; then
    lock_released=yes
    rm -rf "$lock_home/lock.old"
    mv "$lock_folder" "$lock_home/lock.old"
    rm -rf "$lock_home/lock.old"
  fi
  fact lock_released "$lock_released"
  lock_tell
  drop_old
}

may_release() {
  [ "$lock_is" = held ] && [ "$lock_run" = "$MAESTRO_RUN" ] || return 1
  [ -z "$MAESTRO_CONTROLLER" ] || [ "$lock_controller" = "$MAESTRO_CONTROLLER" ] || return 1
  [ -z "$lock_busy" ] || [ "$MAESTRO_FORCE" = yes ]
}

# The names of runs begin with their day, so that nothing else is ever taken for one.
drop_old() {
  find "$lock_home" -mindepth 1 -maxdepth 1 -type d -name '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]-*' -mtime +90 \
    ! -name "$MAESTRO_RUN" -exec rm -rf {} +
}
