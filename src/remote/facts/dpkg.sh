# Whether dpkg was cut off, what is not fully installed, and who holds which of apt's four locks now. A lock is held by a
# process, never by its file being there; /proc/locks tells without anything installed, and without taking the lock.
# Facts:
#   dpkg_interrupted  yes or no
#   dpkg_broken       each: name and state
#   dpkg_lock         each: lock|pid|age in seconds|command
# shellcheck shell=sh
facts_dpkg() {
  has dpkg-query || fail 'this system has no dpkg'
  dpkg_interrupted=no
  for entry in "$MAESTRO_ROOT"/var/lib/dpkg/updates/[0-9]*; do
    [ ! -e "$entry" ] || dpkg_interrupted=yes
  done
  # shellcheck disable=SC2016  # dpkg-query fills these in
  packages=$(dpkg-query -W -f '${binary:Package} ${Status}\n')
  dpkg_broken=$(printf '%s\n' "$packages" |
    awk '$3 != "ok" || ($4 != "installed" && $4 != "config-files" && $4 != "not-installed") { print $1, $3 == "ok" ? $4 : $3 }')
  fact dpkg_interrupted "$dpkg_interrupted"
  facts dpkg_broken "$dpkg_broken"
  facts_dpkg_locks
}

facts_dpkg_locks() {
  locks=$(cat "$MAESTRO_ROOT/proc/locks")
  facts_dpkg_lock frontend var/lib/dpkg/lock-frontend
  facts_dpkg_lock dpkg var/lib/dpkg/lock
  facts_dpkg_lock lists var/lib/apt/lists/lock
  facts_dpkg_lock archives var/cache/apt/archives/lock
}

# facts_dpkg_lock NAME FILE
facts_dpkg_lock() {
  lock_file=$MAESTRO_ROOT/$2
  [ -e "$lock_file" ] || return 0
  inode=$(stat -c %i "$lock_file")
  case $locks in *":$inode "*) ;; *) return 0 ;; esac
  file_system=$(stat -f -c %T "$lock_file")
  device=$(stat -c %D "$lock_file")
  device=$(printf '%02x:%02x' $((0x$device >> 8 & 0xfff)) $((0x$device & 0xff | 0x$device >> 12 & 0xfff00)))
  # These show another device to stat than to /proc/locks: the inode alone must do.
  case $file_system in btrfs | overlayfs | UNKNOWN) device='[0-9a-f]+:[0-9a-f]+' ;; esac
  pids=$(printf '%s\n' "$locks" | awk -v file="^$device:$inode$" '$2 == "POSIX" && $4 == "WRITE" && $6 ~ file { print $5 }')
  for pid in $pids; do facts_dpkg_holder "$1" "$pid"; done
}

# facts_dpkg_holder LOCK PID. A holder that is gone by now holds nothing; one that is hidden (hidepid) is root's to see.
facts_dpkg_holder() {
  process=$MAESTRO_ROOT/proc/$2
  if [ -r "$process/stat" ]; then set -- "$@"; else set -- "$@" as_root; fi
  lock_name=$1 pid=$2
  shift 2
  if ! process_stat=$("$@" cat "$process/stat"); then
    ! is_locked_by "$pid" || fail "apt's $lock_name lock is held by process $pid, which cannot be read"
    return 0
  fi
  command=$("$@" head -c 1000 "$process/cmdline" | tr '\000' ' ')
  [ -n "$command" ] || command=$("$@" cat "$process/comm")
  start=$(printf '%s\n' "${process_stat##*\) }" | cut -d ' ' -f 20)
  uptime=$(cut -d . -f 1 "$MAESTRO_ROOT/proc/uptime")
  fact dpkg_lock "$lock_name|$pid|$((uptime - start / 100))|$command"
}

is_locked_by() { awk -v pid="$1" '$5 == pid { found = 1 } END { exit !found }' "$MAESTRO_ROOT/proc/locks"; }
