# Installs unattended-upgrades on fresh package lists; what comes with it is noted before, for the way back. A detached job.
# Changes: apt's lists, the packages, /var/lib/maestro/unattended-upgrades/package
# shellcheck shell=sh
work() {
  refresh_lists
  # Left out: what it merely recommends. Never: the removal of anything.
  simulated=$(apt_get -s --no-install-recommends --no-remove install unattended-upgrades)
  packages=$(printf '%s\n' "$simulated" | sed -n 's/^Inst \([^ ]*\).*/package \1/p')
  [ -z "$packages" ] || note_once package "$packages"
  apt_get --no-install-recommends --no-remove install unattended-upgrades
}

# apt waits for dpkg's locks by itself, and for that of the lists not.
refresh_lists() {
  attempts=0
  until said=$(apt_get update 2>&1); do
    note "$said"
    attempts=$((attempts + 1))
    case $said in
      *'Could not get lock'* | *'Unable to lock'*) ;;
      *) fail 'the package lists cannot be refreshed' ;;
    esac
    [ "$attempts" -lt 60 ] || fail "apt's lists have been locked by another process for ten minutes"
    sleep 10
  done
}
