# Begins a detached job, at most once: a unit of systemd's, or a session of its own where there is no way to make one.
# Inputs: job_run, job_step, job (the text of its script), room_kb (what must be free)
# Changes: /var/lib/maestro/<run>/, /var/log/maestro/<run>/; begins a unit
# Facts, one of:
#   job_begun    yes, or already
#   job_refused  why nothing was begun, for people
# shellcheck shell=sh disable=SC2154
work() {
  job_paths
  job_refusal=''
  if [ -e "$job_begun" ]; then
    fact job_begun already
  elif job_prepare && job_launch && job_await_begun; then
    fact job_begun yes
  else
    fact job_refused "$job_refusal"
  fi
}

job_refuse() {
  job_refusal=$1
  return 1
}

# All that needs room is made before anything begins: the script, the log, the place of the result, the pipe.
job_prepare() {
  job_prune || :
  for job_place in "$job_folder" "$job_logs"; do
    job_words=$(mkdir -p "$job_place" 2>&1) || job_refuse "cannot make a folder: $job_words" || return
    job_free=$(df -Pk "$job_place" | awk 'NR == 2 { print $4 }')
    [ "${job_free:-0}" -ge "$MAESTRO_ROOM_KB" ] ||
      job_refuse "only ${job_free:-0} KB are free in ${job_place%/*}, and $MAESTRO_ROOM_KB KB are needed to begin" || return
  done
  job_words=$(job_write_files 2>&1) || job_refuse "cannot write its files: $job_words"
}

# Of two beginners each writes the same.
job_write_files() {
  printf '%s' "$MAESTRO_JOB" >"$job_script.$$" && mv -f "$job_script.$$" "$job_script" || return
  : >>"$job_log" || return
  (set -C && printf '%512s' '' >"$job_result.part") 2>/dev/null || [ -e "$job_result.part" ] ||
    printf '%512s' '' >"$job_result.part" || return
  mkfifo "$job_pipe" 2>/dev/null || [ -p "$job_pipe" ] || mkfifo "$job_pipe"
}

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
  setsid nohup sh "$job_script" </dev/null >/dev/null 2>&1 &
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
