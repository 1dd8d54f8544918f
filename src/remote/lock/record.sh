# Keeps, beside what it concerns, a copy of what the journal of a run says; gives a sign of life.
# Inputs: run, controller, event (one line of JSON, or nothing), drained (yes: the run has this server out of service from
#   now on; no: not any more; nothing: as before)
# Changes: /var/lib/maestro/<run>/events, /var/lib/maestro/drained/<run>, the lock's heartbeat
# shellcheck shell=sh disable=SC2154 # lock.sh sets what begins with lock_
work() {
  lock_guard
  lock_must_be_ours
  if [ -n "$MAESTRO_EVENT" ]; then
    printf '%s\n' "$MAESTRO_EVENT" >>"$lock_home/$MAESTRO_RUN/events"
    sync "$lock_home/$MAESTRO_RUN/events" 2>/dev/null || sync
  fi
  case $MAESTRO_DRAINED in
    yes)
      mkdir -p "$lock_home/drained"
      : >"$lock_home/drained/$MAESTRO_RUN"
      ;;
    no) rm -f "$lock_home/drained/$MAESTRO_RUN" ;;
  esac
  : >"$lock_folder/heartbeat"
}
