# Tells how a detached job stands and what its log has that is new.
# Waits for something to tell, but not for long: what is left behind by a cut line ends by itself.
# Inputs: job_run, job_step, wait_seconds, offset (bytes of the log that are known), limit_bytes (of new ones)
# Facts:
#   job_is            none, running, ended or gone
#   job_result        its one line
#   job_cpu_ticks     used by its processes so far
#   job_restarted_at  epoch seconds; the server was started anew since it began
#   job_log_from      where the bytes told begin: of more than the limit only the last
#   job_log_bytes     each: some of them, in hexadecimal
# shellcheck shell=sh disable=SC2154
work() {
  job_paths
  job_await_news
  fact job_is "$job_is"
  case $job_is in
    ended) job_tell_result ;;
    running) job_tell_cpu ;;
    gone) job_tell_restart ;;
  esac
  if [ -e "$job_log" ]; then job_tell_log; fi
}

# An end is seen at once; a log that grows every two seconds, so that a talkative one is not asked for every line.
job_await_news() {
  job_ticks=$((MAESTRO_WAIT_SECONDS * 4))
  job_look
  while [ "$job_is" = running ] && [ "$job_ticks" -gt 0 ]; do
    job_nap 0.25
    job_ticks=$((job_ticks - 1))
    job_look
    if [ $((job_ticks % 8)) -eq 0 ] && job_log_grew; then break; fi
  done
}

job_log_grew() {
  job_size=$(stat -c %s "$job_log" 2>/dev/null || echo 0)
  [ "$job_size" -gt "$MAESTRO_OFFSET" ]
}

job_tell_result() {
  job_line=''
  read -r job_line <"$job_result" || :
  fact job_result "$job_line"
}

# A job that is about to begin has none yet.
job_tell_cpu() {
  [ -e "$job_begun" ] || return 0
  job_read_begun
  job_cpu=$(job_tree "$job_pid" | awk '{ sum += $5 } END { print sum + 0 }')
  fact job_cpu_ticks "$job_cpu"
}

# By the start of its first process: a container has its host's kernel.
job_tell_restart() {
  [ "$job_boot" != "$job_boot_now" ] || return 0
  job_read_start 1
  job_restarted_at=$(awk -v start="$job_start_now" '$1 == "btime" { printf "%d", $2 + start / 100 }' "$MAESTRO_ROOT/proc/stat")
  fact job_restarted_at "$job_restarted_at"
}

job_tell_log() {
  job_size=$(stat -c %s "$job_log")
  job_from=$MAESTRO_OFFSET
  [ "$job_from" -le "$job_size" ] || job_from=0
  [ $((job_size - job_from)) -le "$MAESTRO_LIMIT_BYTES" ] || job_from=$((job_size - MAESTRO_LIMIT_BYTES))
  fact job_log_from "$job_from"
  tail -c "+$((job_from + 1))" "$job_log" | head -c $((job_size - job_from)) | od -An -v -tx1 | awk '
    { gsub(/ /, ""); line = line $0 }
    NR % 100 == 0 { print "job_log_bytes=" line; line = "" }
    END { if (line != "") print "job_log_bytes=" line }'
}
