# Takes maestro's file for the nightly upgrades away and gives the timers back the state that they had. Can be repeated.
# Inputs: disable and stop, timers with a space between
# Changes: /etc/apt/apt.conf.d/52maestro-unattended-upgrades, the timers, 
#   /var/lib/maestro/unattended-upgrades/{settings,proved}
# shellcheck shell=sh
work() {
  for timer in $MAESTRO_STOP; do systemctl stop "$timer"; done
  for timer in $MAESTRO_DISABLE; do systemctl -q disable "$timer"; done
  rm -f "$MAESTRO_ROOT/etc/apt/apt.conf.d/52maestro-unattended-upgrades" \
    "$MAESTRO_ROOT/etc/apt/52maestro-unattended-upgrades.new"
  forget proved
  forget settings
}
