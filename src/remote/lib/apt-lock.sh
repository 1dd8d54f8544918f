# How a detached job that installs packages comes to its turn among others that do, and keeps them waiting meanwhile.
# Inputs: lock_seconds (how long others may hold apt's locks)
# Changes: apt's timers stand still meanwhile; /var/lib/maestro/<run>/<step>.{before,timers}
# shellcheck shell=sh disable=SC2154
# await_turn: nothing else installs by then. Sets `again`: whether this was begun before.
await_turn() {
  work_begin=$(date +%s)
  again=no
  stop_timers
  trap start_timers EXIT
  await_locks
  keep_before
  [ "$again" = no ] || finish_interrupted
}

say() { printf '%s\n' "$*"; }

# What the proof compares with: as it was before the first attempt, and after whoever was waited for.
keep_before() {
  before=$job_folder/$MAESTRO_JOB_STEP.before
  if [ -e "$before" ]; then
    again=yes
    return 0
  fi
  # shellcheck disable=SC2016  # dpkg-query fills these in
  dpkg-query -W -f '${binary:Package}|${Version}|${db:Status-Abbrev}\n' >"$before.new"
  mv "$before.new" "$before"
}

# What an attempt before left half done.
finish_interrupted() {
  DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --configure -a </dev/null ||
    fail 'dpkg cannot finish what it was interrupted in'
}

# Who starts at night what we wait for would wait for us. What was stopped is noted, so that whoever comes last starts it.
stop_timers() {
  [ -d "$MAESTRO_ROOT/run/systemd/system" ] || return 0
  for timer in apt-daily.timer apt-daily-upgrade.timer; do
    if systemctl -q is-active "$timer"; then
      printf '%s\n' "$timer" >>"$job_folder/$MAESTRO_JOB_STEP.timers"
      systemctl stop "$timer"
    fi
  done
}

start_timers() {
  list=$job_folder/$MAESTRO_JOB_STEP.timers
  [ -e "$list" ] || return 0
  timers=$(cat "$list")
  for timer in $timers; do
    # It makes up at once for what it missed, unless its stamp says that it missed nothing.
    [ ! -d "$MAESTRO_ROOT/var/lib/systemd/timers" ] || touch "$MAESTRO_ROOT/var/lib/systemd/timers/stamp-$timer"
    systemctl start "$timer" || note "$timer could not be started again"
  done
  rm -f "$list"
}

work_ended() { start_timers; }

# apt-get waits for dpkg's lock by itself and says not for whom; nobody is ever ended and no lock file taken away. Who sets a
# fresh server up installs, too, and does not hold the locks all the time.
await_locks() {
  while :; do
    holder=$(held_by)
    [ -n "$holder" ] || ! is_setting_up || holder='cloud-init, which still sets this server up'
    [ -n "$holder" ] || return 0
    waited=$(($(date +%s) - work_begin))
    [ "$waited" -lt "$MAESTRO_LOCK_SECONDS" ] || fail "waited $waited s in vain for $holder (--apt-lock-timeout waits longer)"
    say "waiting for $holder"
    sleep 3
  done
}

is_setting_up() { has cloud-init && cloud-init status 2>/dev/null | grep -q '^status: running'; }

held_by() {
  facts_dpkg_locks | awk -F '|' '{ sub(/^dpkg_lock=/, "", $1); printf "%s%s (pid %s, %s s, the %s lock)", (NR > 1 ? ", " : ""), $4, $2, $3, $1 }'
}
