# Begins a detached job, unless it runs or has ended well: a unit of systemd's, or a session of its own where there is no way
# to make one. One that ended badly, or is gone, is begun anew; whether it may be is for the sender to know.
# Inputs: job_run, job_step, job (the text of its script), room_kb (what must be free)
# Changes: /var/lib/maestro/<run>/, /var/log/maestro/<run>/; begins a unit
# Facts, one of:
#   job_begun    yes, or already
#   job_refused  why nothing was begun, for people
# shellcheck shell=sh disable=SC2154
work() {
  job_paths
  job_refusal=''
  if job_stands || { job_make_folders && job_guard && job_stands; }; then
    fact job_begun already
  elif [ -z "$job_refusal" ] && job_prepare && job_launch && job_await_begun; then
    fact job_begun yes
  else
    fact job_refused "$job_refusal"
  fi
}

job_stands() {
  job_look
  case $job_is in
    running) return 0 ;;
    ended) grep -q '^exited 0 ' "$job_result" ;;
    *) return 1 ;;
  esac
}

job_refuse() {
  job_refusal=$1
  return 1
}

job_make_folders() {
  for job_place in "$job_folder" "$job_logs"; do
    job_words=$(mkdir -p "$job_place" 2>&1) || job_refuse "cannot make a folder: $job_words" || return
    job_free=$(df -Pk "$job_place" | awk 'NR == 2 { print $4 }')
    [ "${job_free:-0}" -ge "$MAESTRO_ROOM_KB" ] ||
      job_refuse "only ${job_free:-0} KB are free in ${job_place%/*}, and $MAESTRO_ROOM_KB KB are needed to begin" || return
  done
}

# Of two beginners at once one waits, and finds it begun.
job_guard() {
  { exec 8>>"$job_folder/$MAESTRO_JOB_STEP.guard"; } 2>/dev/null || job_refuse "cannot write to $job_folder" || return
  flock -w 60 8 || job_refuse 'somebody has been beginning it for a minute'
}

# All that needs room is made before anything begins: the script, the log, the place of the result, the pipe.
job_prepare() {
  job_prune || :
  job_put_by || job_refuse 'cannot put the files of the attempt before out of the way' || return
  job_words=$(job_write_files 2>&1) || job_refuse "cannot write its files: $job_words"
}

# The attempt before, if there was one and it is over. Its result goes last: without the other files it still tells its end.
job_put_by() {
  [ "$job_is" != none ] || return 0
  rm -f "$job_begun" "$job_pipe" "$job_result.part"
  for job_file in "$job_log" "$job_result"; do
    [ ! -e "$job_file" ] || mv -f "$job_file" "$job_file.before" || return
  done
}

# What is there already is of one that was started before and is very slow to begin: it goes on with it, or we do.
job_write_files() {
  printf '%s' "$MAESTRO_JOB" >"$job_script.new" && mv -f "$job_script.new" "$job_script" || return
  : >>"$job_log" || return
  [ -e "$job_result.part" ] || printf '%512s' '' >"$job_result.part" || return
  [ -p "$job_pipe" ] || mkfifo "$job_pipe"
}
