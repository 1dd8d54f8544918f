# Clears away what old runs left on the server: all but the 50 runs before this one, and what is older than 90 days.
# A run is kept while one of its jobs has not told its end, for those 90 days.
# Changes: /var/lib/maestro, /var/log/maestro
# shellcheck shell=sh disable=SC2154
job_prune() {
  # A run's name begins with its date, so that they come oldest first.
  job_names='[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]-*'
  # shellcheck disable=SC2086
  set -- "$job_runs"/$job_names
  job_newer=$#
  for job_old; do
    job_newer=$((job_newer - 1))
    if [ ! -d "$job_old" ] || [ "$job_old" = "$job_folder" ]; then continue; fi
    if job_is_old "$job_old" || { [ "$job_newer" -gt 50 ] && job_has_ended "$job_old"; }; then
      job_old_logs=${job_logs%/*}/${job_old##*/}
      rm -rf "$job_old_logs" "$job_old"
    fi
  done
  find "${job_logs%/*}" -mindepth 1 -maxdepth 1 -type d -name "$job_names" -mtime +90 -exec rm -rf {} +
}

job_is_old() {
  job_found=$(find "$1" -maxdepth 0 -mtime +90)
  [ -n "$job_found" ]
}

job_has_ended() {
  for job_begun_then in "$1"/*.begun; do
    [ -e "$job_begun_then" ] || continue
    job_name=${job_begun_then##*/}
    [ -e "${job_logs%/*}/${1##*/}/${job_name%.begun}.result" ] || return 1
  done
}
