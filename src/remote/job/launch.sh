# How a detached job is set going, once its files are there.
# Changes: begins a unit, or a session
# shellcheck shell=sh disable=SC2154
# What fails may have begun it all the same: the work begins once, whatever is tried.
job_launch() {
  if [ -d "$MAESTRO_ROOT/run/systemd/system" ] && has systemd-run; then
    job_launch_unit "ExecStopPost=/usr/bin/env MAESTRO_PHASE=ended /bin/sh $job_script" || job_is_there ||
      # An old systemd-run makes no ExecStopPost.
      job_launch_unit 'Type=simple' || job_is_there || job_launch_session
  else
    job_launch_session
  fi
}

# mixed and 30min: a stop asks the first process alone, and a shutdown waits for the work. SIGPIPE as in any shell.
job_launch_unit() {
  job_words=$(within 60 systemd-run --quiet --collect --no-ask-password "--unit=$job_unit" -p KillMode=mixed \
    -p TimeoutStopSec=30min -p IgnoreSIGPIPE=no -p "$1" /bin/sh "$job_script" 2>&1)
}

job_launch_session() {
  setsid nohup sh "$job_script" </dev/null >/dev/null 2>&1 8>&- &
  job_session=$!
}

job_is_there() { [ -e "$job_begun" ] || job_unit_lives; }

# What has been started and is slow to begin is there all the same.
job_await_begun() {
  job_tries=200
  until [ -e "$job_begun" ]; do
    job_may_begin || [ -e "$job_begun" ] || job_refuse "it did not begin: ${job_words:-it ended without a word}" || return
    job_tries=$((job_tries - 1))
    [ "$job_tries" -gt 0 ] || return 0
    job_nap 0.05
  done
}

job_may_begin() {
  if [ -z "${job_session-}" ]; then
    job_unit_lives
  else
    job_read_start "$job_session"
    [ -n "$job_start_now" ]
  fi
}
