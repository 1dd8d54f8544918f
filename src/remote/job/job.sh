# Makes a job of a script: read behind the file that defines `work`, it replaces `main`, and the whole is a file on the server.
# As it is it runs the work once, in a process and an environment of its own, keeps its log and writes its result.
# MAESTRO_PHASE is set here and by the unit alone.
# Changes: /var/log/maestro/<run>/<step>.{log,result}, /var/lib/maestro/<run>/<step>.{begun,pipe}; and what the work changes
# shellcheck shell=sh disable=SC2154
main() {
  job_paths
  case ${MAESTRO_PHASE:-begin} in
    begin) job_begin ;;
    work) job_work ;;
    ended) job_ended ;;
  esac
}

job_begin() {
  # A stop of the unit and a shutdown wait for the work's own end.
  trap : TERM HUP INT
  job_claim || exit 0
  # Ends are held here, so that the work neither waits for a reader nor finds the pipe broken.
  # shellcheck disable=SC2094
  exec 3<>"$job_pipe" 4<"$job_pipe"
  # By exec: a shell that is to give descriptors back keeps copies, and the log would never come to its end.
  (exec <&4 3>&- 4<&- && job_keep_log) &
  job_keeper=$!
  exec 4<&-
  job_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  # A made-up root brings tools of its own.
  [ -z "$MAESTRO_ROOT" ] || job_path=$PATH
  job_status=0
  env -i "PATH=$job_path" HOME=/root "MAESTRO_ROOT=$MAESTRO_ROOT" MAESTRO_PHASE=work sh "$job_script" \
    >"$job_pipe" 2>&1 3>&- || job_status=$?
  exec 3>&-
  job_await_log
  # The result comes last: who sees it finds nothing of the work any more.
  rm -f "$job_pipe"
  job_write_result "exited $job_status"
}

# As root's own shell on this server would: no file of a package may end up closed to others.
job_work() {
  umask 022
  unset TZ MAESTRO_PHASE
  work
}

# A hard link comes to be once and whole: of any number of beginners one goes on.
job_claim() {
  job_read_boot
  job_read_start $$
  job_at=$(date +%s)
  printf 'pid=%s\nstart=%s\nboot=%s\ninvocation=%s\nat=%s\n' \
    $$ "$job_start_now" "$job_boot_now" "${INVOCATION_ID-}" "$job_at" >"$job_begun.$$"
  job_mine=0
  ln "$job_begun.$$" "$job_begun" 2>/dev/null || job_mine=1
  rm -f "$job_begun.$$"
  # Neither may a power cut make it look as if it never began.
  job_sync "$job_begun" "$job_folder"
  return "$job_mine"
}

# What cannot be written on a full disk is lost, and the work goes on: a failing stdout would end postinst scripts.
job_keep_log() { until cat; do sleep 1; done >>"$job_log" 2>/dev/null; }

# A service that the work left behind may hold the pipe for ever; whatever the work said itself is written in no time.
job_await_log() {
  job_tries=40
  while [ "$job_tries" -gt 0 ] && kill -0 "$job_keeper" 2>/dev/null; do
    job_tries=$((job_tries - 1))
    job_nap 0.05
  done
}

# The unit's own ending, after a kill: systemd tells how. Of another beginner's unit it has nothing to say. Work that has
# something to put back says so by a function `work_ended`.
job_ended() {
  [ -e "$job_begun" ] && [ ! -e "$job_result" ] || return 0
  job_read_begun
  [ "$job_invocation" = "${INVOCATION_ID-}" ] || return 0
  if command -v work_ended >/dev/null; then (work_ended) || :; fi
  job_write_result "killed ${SERVICE_RESULT:-unknown} ${EXIT_STATUS:-unknown}"
}

# Over ten minutes: a disk that is full now may not be so for long.
job_write_result() {
  job_tries=120
  until job_try_result "$1"; do
    job_tries=$((job_tries - 1))
    [ "$job_tries" -gt 0 ] || return 1
    sleep 5
  done
}

# Into a file that has its place on the disk already, and is not made shorter: this needs no room.
job_try_result() {
  job_at=$(date +%s) || return 1
  printf '%s %s\n' "$1" "$job_at" 1<>"$job_result.part" || return 1
  job_sync "$job_result.part"
  mv -f "$job_result.part" "$job_result" || return 1
  job_sync "$job_logs"
}

# Older tools sync everything or nothing.
job_sync() { sync "$@" 2>/dev/null || sync || :; }
