# Purges unattended-upgrades and what came with it, when maestro installed them and nothing else needs them by now.
# A detached job.
# Inputs: packages, with a space between
# Changes: the packages, /var/lib/maestro/unattended-upgrades/package
# shellcheck shell=sh
work() {
  packages=$(still_ours)
  takes_no_other "$packages" || packages=unattended-upgrades
  if [ -z "$packages" ]; then
    note 'nothing of it is installed any more'
  elif takes_no_other "$packages"; then
    # shellcheck disable=SC2086  # words
    apt_get purge $packages
  else
    note 'unattended-upgrades stays: other packages need it'
  fi
  forget package
}

# Installed, and apart from the one that was asked for still marked as there for others only.
still_ours() {
  # shellcheck disable=SC2016  # dpkg-query fills these in
  installed=$(dpkg-query -W -f '${Package} ${Status}\n')
  automatic=$(apt-mark showauto)
  for package in $MAESTRO_PACKAGES; do
    printf '%s\n' "$installed" | grep -qx "$(quoted "$package") .* installed" || continue
    [ "$package" = unattended-upgrades ] || printf '%s\n' "$automatic" | grep -Fxq "$package" || continue
    printf '%s ' "$package"
  done
}

quoted() { printf '%s\n' "$1" | sed 's/\./\\./g'; }

# takes_no_other PACKAGES: a simulation that fails ends the work.
takes_no_other() {
  # shellcheck disable=SC2086  # words
  simulated=$(apt_get -s purge $1) || fail 'what a purge would take cannot be foreseen'
  for package in $(printf '%s\n' "$simulated" | sed -n 's/^\(Purg\|Remv\) \([^ ]*\).*/\2/p'); do
    case " $1 " in *" $package "*) ;; *) return 1 ;; esac
  done
}
