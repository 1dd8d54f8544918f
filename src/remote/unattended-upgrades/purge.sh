# Purges unattended-upgrades and what came with it, when maestro installed them and nothing else needs them by now.
# Can be repeated.
# Inputs: packages, with a space between; log, a file below /var/log/maestro
# Changes: the packages, /var/lib/maestro/unattended-upgrades/package
# shellcheck shell=sh
work() {
  alone
  packages=$(still_ours)
  takes_no_other "$packages" || packages=unattended-upgrades
  if [ -n "$packages" ] && takes_no_other "$packages"; then
    # shellcheck disable=SC2086  # words
    apt_get_apart "$MAESTRO_ROOT/var/log/maestro/$MAESTRO_LOG" purge $packages
  fi
  forget package
}

# Installed, and apart from the one that was asked for still marked as there for others only.
still_ours() {
  # shellcheck disable=SC2016  # dpkg-query fills these in
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n')
  automatic=$(apt-mark showauto)
  for package in $MAESTRO_PACKAGES; do
    printf '%s\n' "$installed" | grep -Fxq "$package installed" || continue
    [ "$package" = unattended-upgrades ] || printf '%s\n' "$automatic" | grep -Fxq "$package" || continue
    printf '%s ' "$package"
  done
}

# takes_no_other PACKAGES
takes_no_other() {
  # shellcheck disable=SC2086  # words
  simulated=$(apt_get -s purge $1 2>&1) || fail "it cannot be foreseen what a purge would take: $(printf '%s\n' "$simulated" | tail -n 1)"
  for package in $(printf '%s\n' "$simulated" | sed -n 's/^\(Purg\|Remv\) \([^ ]*\).*/\2/p'); do
    case " $1 " in *" $package "*) ;; *) return 1 ;; esac
  done
}
