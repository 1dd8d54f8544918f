# Refreshes apt's package lists; one that cannot be had is an error, where apt-get update itself would only warn.
# Changes: apt's lists
# shellcheck shell=sh
work() {
  attempts=0
  until said=$(refresh); do
    case $said in
      *'Could not get lock'* | *'Unable to lock'*) ;;
      *) fail "the package lists cannot be refreshed: $(reason)$(remedy)" ;;
    esac
    attempts=$((attempts + 1))
    [ "$attempts" -lt 20 ] || fail "apt's lists have been locked by another process for a minute"
    sleep 3
  done
}

# The option came with apt 1.6.13, and no other command takes it; without it a failed list is told by words alone.
refresh() {
  if told=$(apt_get -eany update 2>&1); then return 0; fi
  case $told in
    *"option 'e'"*)
      told=$(apt_get update 2>&1) && refreshed=yes || refreshed=no
      case $told in *'Failed to fetch'* | *'index files failed'*) refreshed=no ;; esac
      [ "$refreshed" = no ] || return 0
      ;;
  esac
  printf '%s\n' "$told"
  return 1
}

# apt's own reason: where it only warned, the warning.
reason() { printf '%s\n' "$said" | grep -m 1 '^E:' || printf '%s\n' "$said" | grep -m 1 '^W:' || printf 'apt-get said nothing\n'; }

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
