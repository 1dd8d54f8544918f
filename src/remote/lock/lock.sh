# The lock of a server: the folder /var/lib/maestro/lock, whose files say whose it is. All that reads and then changes it
# does so under a guard, so that of two who come at once one waits for the other.
# Changes: /var/lib/maestro/guard
# shellcheck shell=sh disable=SC2034,SC2154 # detached/standing.sh reads and sets what begins with job_

# lock_guard: from here to the end of the script nobody else changes the lock. Sets lock_home and lock_folder.
lock_guard() {
  lock_home=$MAESTRO_ROOT/var/lib/maestro
  lock_folder=$lock_home/lock
  mkdir -p "$lock_home" || fail "cannot write to $lock_home"
  exec 9>>"$lock_home/guard" || fail "cannot write to $lock_home"
  flock -w 20 9 || fail "another maestro has been changing the lock for 20 s"
}

# lock_read: sets lock_is (free or held), and of one that is held lock_run, lock_controller, lock_owner, lock_since,
# lock_quiet (seconds since its last sign of life) and lock_busy (what of its run still works here).
lock_read() {
  lock_is=free lock_run='' lock_controller='' lock_owner='' lock_since='' lock_quiet='' lock_busy=''
  [ -d "$lock_folder" ] || return 0
  lock_is=held
  lock_run=$(lock_file run)
  lock_controller=$(lock_file controller)
  lock_owner=$(lock_file owner)
  lock_now=$(date +%s)
  lock_beat=$(stat -c %Y "$lock_folder/heartbeat" 2>/dev/null || stat -c %Y "$lock_folder")
  lock_since=$(lock_file since)
  [ -n "$lock_since" ] || lock_since=$lock_beat
  lock_quiet=$((lock_now - lock_beat))
  # A clock that was set back says nothing of how long it has been quiet.
  [ "$lock_quiet" -ge 0 ] || lock_quiet=0
  lock_busy=$(lock_work_of "$lock_run")
}

lock_file() { [ ! -f "$lock_folder/$1" ] || head -c 1000 "$lock_folder/$1"; }

# lock_work_of RUN: what of a run works or waits here, one a line: its units, of which an armed reboot is one, and its jobs.
lock_work_of() {
  [ -n "$1" ] || return 0
  lock_jobs_of "$1"
  [ -d "$MAESTRO_ROOT/run/systemd/system" ] || return 0
  # While the system starts or goes down it may not answer: then nobody can say that nothing works.
  lock_units=$(systemctl list-units --plain --no-legend --state=active,activating,deactivating,reloading "maestro-$1-*") ||
    lock_units='systemd-that-does-not-answer'
  printf '%s\n' "$lock_units" | cut -d ' ' -f 1
}

# lock_jobs_of RUN: those that run without a unit.
lock_jobs_of() {
  for job_begun in "$lock_home/$1"/*.begun; do
    [ -e "$job_begun" ] || continue
    job_pid=''
    job_read_begun
    [ -z "$job_invocation" ] || continue
    if job_process_lives || job_session_lives; then lock_job=${job_begun##*/} && printf '%s\n' "${lock_job%.begun}"; fi
  done
}

lock_tell() {
  fact lock_is "$lock_is"
  [ "$lock_is" = held ] || return 0
  fact lock_run "$lock_run"
  fact lock_owner "$lock_owner"
  fact lock_since "$lock_since"
  fact lock_quiet "$lock_quiet"
  facts lock_busy "$lock_busy"
}

# lock_must_be_ours: whoever took it away may be at work.
lock_must_be_ours() {
  lock_read
  [ "$lock_is" = held ] || fail 'the lock of this run is gone: somebody has unlocked the server'
  if [ "$lock_run" = "$MAESTRO_RUN" ] && [ "$lock_controller" = "$MAESTRO_CONTROLLER" ]; then return 0; fi
  fail "the lock of this run was taken over by ${lock_owner:-somebody} (run ${lock_run:-unknown})"
}
