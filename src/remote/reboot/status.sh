# Which boot this is, and what is under way to end it.
# Inputs: unit
# Facts:
#   machine_id
#   boot_id
#   armed     yes or no: our reboot waits or is being carried out
#   stopping  yes or no: the system is going down
#   job       each: what systemd still works on while it goes down
#   inhibitor each: who blocks a shutdown, and why
# shellcheck shell=sh
work() {
  machine_id=$(contents "$MAESTRO_ROOT/etc/machine-id")
  boot_id=$(cat "$MAESTRO_ROOT/proc/sys/kernel/random/boot_id")
  fact machine_id "$machine_id"
  fact boot_id "$boot_id"
  armed=no stopping=no
  if [ -d "$MAESTRO_ROOT/run/systemd/system" ]; then
    standing_of_units
  fi
  standing_of_sleeper
  fact armed "$armed"
  fact stopping "$stopping"
}

# A system that goes down has a job for shutdown.target until its last moment. One that cannot say so is not taken for one
# that stays up: a restart would be begun once more.
standing_of_units() {
  states=$(within 10 systemctl is-active "$MAESTRO_UNIT.timer" "$MAESTRO_UNIT.service") || :
  # shellcheck disable=SC2086  # a line for each of the two
  set -- $states
  [ $# = 2 ] || fail 'systemd does not answer'
  for state; do
    case $state in active | activating | reloading) armed=yes ;; esac
  done
  jobs=$(within 10 systemctl list-jobs --no-legend --plain --full) || fail 'systemd does not answer'
  case $jobs in *shutdown.target* | *reboot.target*) stopping=yes ;; esac
  facts job "$(printf '%s\n' "$jobs" | grep -w running || true)"
  has systemd-inhibit || return 0
  inhibitors=$(within 10 systemd-inhibit --list --no-pager | grep -w shutdown | grep -w block || true)
  facts inhibitor "$inhibitors"
}

# Without transient units a process sleeps and fires; the folder of its mark goes with the boot.
standing_of_sleeper() {
  sleeper_mark=$MAESTRO_ROOT/run/$MAESTRO_UNIT
  [ -s "$sleeper_mark" ] || return 0
  sleeper=$(contents "$sleeper_mark")
  if kill -0 "$sleeper" 2>/dev/null; then armed=yes; fi
  # Its command ends before the system does.
  if [ -n "$(find "$sleeper_mark" -mmin -1)" ]; then armed=yes; fi
}
