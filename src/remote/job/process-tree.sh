# Tells which processes the work of a detached job has now.
# Inputs: job_run, job_step
# Facts:
#   job_process  each, 40 at most, parents before children: depth, pid, state, seconds since its start, and its command
# shellcheck shell=sh disable=SC2154
work() {
  job_paths
  [ -e "$job_begun" ] || return 0
  job_read_begun
  job_list=$(job_tree "$job_pid" | job_without_keeper | head -n 40)
  read -r job_uptime _ <"$MAESTRO_ROOT/proc/uptime"
  set -f
  IFS='
'
  for job_line in $job_list; do
    IFS=' '
    # shellcheck disable=SC2086
    job_tell_process $job_line
  done
  unset IFS
  set +f
}

# The first process only waits, and the first that it began keeps the log.
job_without_keeper() {
  awk '
    { depth[NR] = $1; line[NR] = $0; order = $7 * 4194304 + $2 }
    $1 == 1 { count++ }
    $1 == 1 && (!keeper || order < oldest) { keeper = NR; oldest = order }
    END {
      for (i = 1; i <= NR; i++) {
        if (depth[i] <= 1) skip = depth[i] == 0 || (count > 1 && i == keeper)
        if (!skip) print line[i]
      }
    }'
}

# job_tell_process DEPTH PID PARENT SESSION TICKS STATE START NAME…
job_tell_process() {
  job_command=$(tr '\0' ' ' 2>/dev/null <"$MAESTRO_ROOT/proc/$2/cmdline" | head -c 200) || :
  job_seconds=$((${job_uptime%.*} - $7 / 100))
  fact job_process "$1 $2 $6 $job_seconds ${job_command:-$8}"
}
