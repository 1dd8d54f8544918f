# Installs unattended-upgrades on fresh package lists; what comes with it is noted before, for the way back. Can be repeated.
# Inputs: log, a file below /var/log/maestro
# Changes: apt's lists, the packages, /var/lib/maestro/unattended-upgrades/package
# shellcheck shell=sh
work() {
  alone
  refresh_lists
  # Left out: what it merely recommends. Never: the removal of anything.
  simulated=$(apt_get -s --no-install-recommends --no-remove install unattended-upgrades 2>&1) ||
    fail "unattended-upgrades cannot be installed: $(printf '%s\n' "$simulated" | tail -n 1)"
  packages=$(printf '%s\n' "$simulated" | sed -n 's/^Inst \([^ ]*\).*/package \1/p')
  [ -z "$packages" ] || note_once package "$packages"
  apt_get_apart "$MAESTRO_ROOT/var/log/maestro/$MAESTRO_LOG" --no-install-recommends --no-remove install unattended-upgrades
}

# apt waits for dpkg's locks by itself, and for that of the lists not.
refresh_lists() {
  attempts=0
  until said=$(apt_get update 2>&1); do
    attempts=$((attempts + 1))
    case $said in
      *'Could not get lock'* | *'Unable to lock'*) ;;
      *) fail "apt-get update failed: $(printf '%s\n' "$said" | tail -n 1)" ;;
    esac
    [ "$attempts" -lt 60 ] || fail "apt's lists have been locked by another process for ten minutes"
    sleep 10
  done
}
