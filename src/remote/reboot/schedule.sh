# Arms a restart of the server a second ahead, so that this answer arrives before the line goes. Once per unit name.
# Told late or twice, it leaves a boot alone that is not the one which was to end.
# Inputs: unit, boot_id
# Facts: armed_by  systemd, process or nothing
# Changes: a transient timer, or a process; the server restarts
# shellcheck shell=sh
work() {
  boot_id=$(cat "$MAESTRO_ROOT/proc/sys/kernel/random/boot_id")
  if [ "$boot_id" != "$MAESTRO_BOOT_ID" ]; then
    fact armed_by nothing
  elif [ -d "$MAESTRO_ROOT/run/systemd/system" ] && has systemd-run; then
    within 30 systemd-run --quiet --collect --no-ask-password "--unit=$MAESTRO_UNIT" --on-active=1s \
      --timer-property=AccuracySec=100ms systemctl reboot >&2 || is_stopping || fail 'systemd did not take the restart'
    fact armed_by systemd
  else
    has reboot || fail 'there is no reboot command here'
    setsid nohup sh -c 'sleep 1; exec reboot' </dev/null >/dev/null 2>&1 &
    printf '%s\n' "$!" >"$MAESTRO_ROOT/run/$MAESTRO_UNIT"
    fact armed_by process
  fi
}

# Then systemd begins nothing new: a restart that was told before is under way.
is_stopping() { [ "$(within 10 systemctl is-system-running)" = stopping ]; }
