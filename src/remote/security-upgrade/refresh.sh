# Refreshes apt's package lists; one that cannot be had is an error, where apt-get update itself would only warn.
# Changes: apt's lists
# shellcheck shell=sh
work() {
  attempts=0
  until said=$(refresh 2>&1); do
    case $said in
      *'Could not get lock'* | *'Unable to lock'*) ;;
      *) fail "the package lists cannot be refreshed: $(printf '%s\n' "$said" | grep '^E:' | head -n 1)" ;;
    esac
    attempts=$((attempts + 1))
    [ "$attempts" -lt 20 ] || fail "apt's lists have been locked by another process for a minute"
    sleep 3
  done
}

# The option came with apt 1.6.13; without it a failed list is told on stderr alone.
refresh() {
  if apt_get -eany -s update >/dev/null 2>&1; then set -- -eany; else set --; fi
  apt_get "$@" update
}
