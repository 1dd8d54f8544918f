# How a detached job stands.
# shellcheck shell=sh disable=SC2034,SC2154
# Sets job_is: none (it never began), running, ended (there is a result) or gone (it began, and nothing tells how it ended).
job_look() {
  job_is=running job_pid=''
  if [ -e "$job_result" ]; then
    job_is=ended
  elif [ -e "$job_begun" ]; then
    if ! job_process_lives && ! job_unit_lives && ! job_session_lives; then job_is=gone; fi
  elif ! job_unit_lives; then
    job_is=none
  fi
  # It went on while we looked.
  if [ "$job_is" = none ] && [ -e "$job_begun" ]; then job_look; fi
  if [ "$job_is" = gone ] && [ -e "$job_result" ]; then job_is=ended; fi
}

# Sets job_pid, job_start, job_boot, job_invocation: who runs the work, as it wrote down itself.
job_read_begun() {
  [ -z "${job_pid-}" ] || return 0
  job_pid='' job_start='' job_boot='' job_invocation=''
  while IFS="=" read -r job_key job_value; do
    case $job_key in
      pid) job_pid=$job_value ;;
      start) job_start=$job_value ;;
      boot) job_boot=$job_value ;;
      invocation) job_invocation=$job_value ;;
    esac
  done <"$job_begun"
}

# The process id alone may be another's by now; with its start time and the boot it is not. A zombie does not live.
job_process_lives() {
  job_read_begun
  job_read_boot
  [ "$job_boot" = "$job_boot_now" ] || return 1
  job_read_start "$job_pid"
  [ "$job_start" = "$job_start_now" ]
}

# A unit that is about to begin, or whose ending still has its word to say.
job_unit_lives() {
  has systemctl || return 1
  job_active=$(systemctl is-active "$job_unit" 2>/dev/null || :)
  case $job_active in active | activating | deactivating | reloading) return 0 ;; esac
  return 1
}

# Without systemd: the first process was killed and what it began goes on. A number is not given anew while it names a session.
job_session_lives() {
  [ "$job_boot" = "$job_boot_now" ] && [ -z "$job_start_now" ] || return 1
  job_members=$(job_processes | awk -v session="$job_pid" '$3 == session && $5 != "Z"')
  [ -n "$job_members" ]
}

# A hardened kernel may not tell its boot; start times still differ.
job_read_boot() {
  job_boot_now=unknown
  { read -r job_boot_now <"$MAESTRO_ROOT/proc/sys/kernel/random/boot_id"; } 2>/dev/null || :
}

# job_read_start PID: sets job_start_now, in ticks since the boot; empty for a process that is not there, or is a zombie.
job_read_start() {
  job_start_now='' job_stat=''
  { IFS= read -r job_stat <"$MAESTRO_ROOT/proc/$1/stat"; } 2>/dev/null || :
  case ${job_stat##*) } in '' | [ZX]*) return 0 ;; esac
  # shellcheck disable=SC2086
  set -- ${job_stat##*) }
  job_start_now=${20}
}
