# Writes maestro's file for the nightly upgrades and starts their timers; what the timers were is noted before, for the
# way back. Can be repeated.
# Inputs: text (of the file), timers (to enable and start, with a space between)
# Changes: /etc/apt/apt.conf.d/52maestro-unattended-upgrades, the timers and their stamps,
#   /var/lib/maestro/unattended-upgrades/settings
# shellcheck shell=sh
work() {
  note_timers
  put "$MAESTRO_ROOT/etc/apt/apt.conf.d/52maestro-unattended-upgrades" \
    "$MAESTRO_ROOT/etc/apt/52maestro-unattended-upgrades.new" "$MAESTRO_TEXT" 644
  for timer in $MAESTRO_TIMERS; do start_timer "$timer"; done
}

note_timers() {
  timers=scheduler
  if [ -d "$MAESTRO_ROOT/run/systemd/system" ]; then
    for timer in apt-daily.timer apt-daily-upgrade.timer; do
      enabled=$(systemctl show "$timer" -p UnitFileState)
      active=$(systemctl show "$timer" -p ActiveState)
      timers=$(printf '%s\ntimer %s %s %s' "$timers" "$timer" "${enabled#*=}" "${active#*=}")
    done
  fi
  note_once settings "$timers"
}

# Both make up for a run that they missed as soon as they start (Persistent=true): upgrades in the middle of the day. By
# the time of its stamp nothing was missed.
start_timer() {
  stamps=$MAESTRO_ROOT/var/lib/systemd/timers
  if ! systemctl -q is-active "$1"; then
    [ ! -d "$stamps" ] || touch "$stamps/stamp-$1"
  fi
  systemctl -q enable "$1"
  systemctl start "$1"
}
