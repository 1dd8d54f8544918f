# Gives the lock of a run back, and drops what runs of long ago left here.
# Inputs: run, controller (whose lock it must be, or nothing: whoever's of that run it is), event (the last line for the copy)
# Changes: /var/lib/maestro
# Facts: lock_released (yes or no), and those of lock_tell: what was there
# shellcheck shell=sh disable=SC2154 # lock.sh sets what begins with lock_
work() {
  lock_guard
  lock_read
  lock_released=no
  if is_ours; then
    lock_released=yes
    rm -rf "$lock_home/lock.old"
    mv "$lock_folder" "$lock_home/lock.old"
    rm -rf "$lock_home/lock.old"
  fi
  if [ -n "$MAESTRO_EVENT" ] && [ -d "$lock_home/$MAESTRO_RUN" ]; then
    printf '%s\n' "$MAESTRO_EVENT" >>"$lock_home/$MAESTRO_RUN/events"
  fi
  fact lock_released "$lock_released"
  lock_tell
  drop_old
}

is_ours() {
  [ "$lock_is" = held ] && [ "$lock_run" = "$MAESTRO_RUN" ] || return 1
  [ -z "$MAESTRO_CONTROLLER" ] || [ "$lock_controller" = "$MAESTRO_CONTROLLER" ]
}

# The names of runs begin with their day, so that nothing else is ever taken for one.
drop_old() {
  find "$lock_home" -mindepth 1 -maxdepth 1 -type d -name '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]-*' -mtime +90 \
    ! -name "$MAESTRO_RUN" -exec rm -rf {} +
}
