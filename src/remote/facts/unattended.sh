# Whether upgrades install themselves: apt's effective configuration, the timers that run it, and when it last did.
# Facts:
#   unattended_installed  yes or no
#   unattended_option     each line of apt-config
#   unattended_scheduler  systemd, cron or none
#   unattended_timer      each: Id=… and what systemd shows of it, with | between; dates in UTC
#   unattended_last       epoch seconds
# shellcheck shell=sh
facts_unattended() {
  has apt-config || fail 'this system has no apt'
  unattended_installed=no
  if has unattended-upgrade; then unattended_installed=yes; fi
  fact unattended_installed "$unattended_installed"
  options=$(apt-config dump)
  # A name keeps the case in which it was first written, which means nothing to apt.
  options=$(printf '%s\n' "$options" | grep -iE '^(APT::Periodic|Unattended-Upgrade)::' || true)
  facts unattended_option "$options"
  facts_unattended_schedule
  stamp=$MAESTRO_ROOT/var/lib/apt/periodic/unattended-upgrades-stamp
  if [ -e "$stamp" ]; then
    unattended_last=$(stat -c %Y "$stamp")
    fact unattended_last "$unattended_last"
  fi
}

facts_unattended_schedule() {
  if [ -d "$MAESTRO_ROOT/run/systemd/system" ]; then
    fact unattended_scheduler systemd
    timers=$(apt_timers ActiveState NextElapseUSecRealtime LastTriggerUSec)
    facts unattended_timer "$timers"
  elif [ -x "$MAESTRO_ROOT/etc/cron.daily/apt-compat" ] && has cron; then
    fact unattended_scheduler cron
  else
    fact unattended_scheduler none
  fi
}
