# Refreshes apt's package lists; one that cannot be had is an error, where apt-get update itself would only warn.
# Changes: apt's lists
# shellcheck shell=sh
work() {
  attempts=0
  until said=$(refresh 2>&1); do
    case $said in
      *'Could not get lock'* | *'Unable to lock'*) ;;
      *) fail "the package lists cannot be refreshed: $(printf '%s\n' "$said" | grep '^E:' | head -n 1)$(remedy)" ;;
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

# What most often helps against what apt said.
remedy() {
  advice=''
  case $said in
    *'is not valid yet'*) advice='is the clock of this server right? See timedatectl' ;;
    *'is expired'* | *'is not valid anymore'*) advice='its archive has not been renewed for long, or the clock is wrong: timedatectl' ;;
    *NO_PUBKEY* | *'is not signed'* | *BADSIG* | *EXPKEYSIG*) advice='its key is missing, old or not the one that signed: see signed-by in its source' ;;
    *'changed its '*value*) advice='once that is known to be right: apt-get update --allow-releaseinfo-change there' ;;
  esac
  [ -z "$advice" ] || printf ' (%s)' "$advice"
}
