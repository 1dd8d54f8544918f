# Every remote script begins with this file and defines `work`; the sender ends it with `main </dev/null`.
# POSIX sh only (dash, bash, busybox); writes nothing to disk; a here-document would (bash keeps it in TMPDIR).
# shellcheck shell=sh
set -eu
umask 077
unset IFS
LC_ALL=C.UTF-8 LANGUAGE='' TZ=UTC0 TERM=dumb
export PATH LC_ALL LANGUAGE TZ TERM
# Empty on servers; a made-up root in tests and in the lab.
MAESTRO_ROOT=${MAESTRO_ROOT-}
# That of a plain user lacks the folders of root's tools.
PATH=${PATH:-$MAESTRO_ROOT/usr/bin}:$MAESTRO_ROOT/usr/local/sbin:$MAESTRO_ROOT/usr/local/bin
PATH=$PATH:$MAESTRO_ROOT/usr/sbin:$MAESTRO_ROOT/usr/bin:$MAESTRO_ROOT/sbin:$MAESTRO_ROOT/bin:$MAESTRO_ROOT/snap/bin

# The frame begins on a line of its own, whatever a login shell printed before it. No `end=ok`, no answer.
# Sent at once: a line by itself would be a packet. busybox drops `set -e` in `$( )`.
main() {
  answer=$(set -e; work; fact end ok)
  printf '\nmaestro-begin %s\n%s\nmaestro-end %s\n' "$MAESTRO_NONCE" "$answer" "$MAESTRO_NONCE"
}

# fact KEY VALUE: one line of the answer. What is not plain ASCII goes as hexadecimal under `KEY#`; 4096 bytes at most.
# Assign first and print then: `fact key "$(command)"` would go on with an empty value when the command fails.
fact() {
  [ ${#2} -le 4096 ] || set -- "$1" "$(printf '%s' "$2" 2>/dev/null | head -c 4096)"
  case $2 in
    *[!\ -~]*) fact_in_hex "$1" "$2" ;;
    *) printf '%s=%s\n' "$1" "$2" ;;
  esac
}

fact_in_hex() {
  fact_hex=$(printf '%s' "$2" | od -An -v -tx1 | tr -d ' \n')
  [ -n "$fact_hex" ] || fail "$1 cannot be sent: od gave nothing"
  printf '%s#=%s\n' "$1" "$fact_hex"
}

# facts KEY TEXT: a fact for each line of a text that is not empty.
facts() {
  case $2 in
    *[!\ -~'
']*)
      facts_in_hex "$1" "$2"
      return
      ;;
  esac
  facts_key=$1 facts_count=0
  set -f
  IFS='
'
  for facts_line in $2; do
    facts_count=$((facts_count + 1))
    [ "$facts_count" -le 20000 ] || fail "$facts_key has more than 20000 lines"
    fact "$facts_key" "$facts_line"
  done
  unset IFS
  set +f
}

# A line by itself would take four processes.
facts_in_hex() {
  printf '%s\n' "$2" | od -An -v -tx1 | awk -v key="$1" '
    { for (i = 1; i <= NF; i++) if ($i != "0a") { if (length(line) < 8192) line = line $i } else if (line != "") tell() }
    function tell() {
      if (++count > 20000) exit
      print key "#=" line
      line = ""
    }
    END { exit NR == 0 || count > 20000 }' || fail "$1 cannot be sent: od gave nothing, or it has more than 20000 lines"
}

# Words for people go to stderr.
note() { printf '%s\n' "$*" >&2; }

fail() {
  note "$*"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Bounded: what a server's file holds is not ours.
contents() { head -c 65536 "$1"; }

is_root() { [ "${user_id:-$(id -u)}" = 0 ]; }

# as_root COMMAND…: with root's rights, without ever asking for a password. Only where a fact needs it.
as_root() {
  is_root || set -- sudo -n "$@"
  "$@"
}

# as_root_if_needed COMMAND…: as it is, and where that fails as root. Prints what the one that worked did.
as_root_if_needed() {
  if as_root_output=$("$@" 2>/dev/null); then
    printf '%s\n' "$as_root_output"
  else
    as_root "$@"
  fi
}

# end_within SECONDS: from then on, `within` gives what comes late one second.
end_within() {
  within_look_at_clock
  within_deadline=$((within_now + $1))
}

# Sets within_now, in seconds since the boot: no clock that somebody sets, and no process to ask it.
within_look_at_clock() {
  { read -r within_now _ <"$MAESTRO_ROOT/proc/uptime"; } 2>/dev/null || within_now=$(date +%s)
  within_now=${within_now%%.*}
}

# within SECONDS [as_root] COMMAND…: the limit sits inside sudo, since only root may end a process of root's.
within() {
  within_seconds=$1 within_user=as_it_is within_status=0
  if [ -n "${within_deadline-}" ]; then
    within_look_at_clock
    within_left=$((within_deadline - within_now))
    [ "$within_left" -ge "$within_seconds" ] || within_seconds=$((within_left > 0 ? within_left : 1))
  fi
  shift
  if [ "$1" = as_root ]; then within_user=as_root && shift; fi
  for within_tool; do
    case $within_tool in env | *=*) ;; *) break ;; esac
  done
  ! has timeout || set -- timeout "$within_seconds" "$@"
  if [ "$within_user" = as_root ]; then set -- as_root "$@"; fi
  "$@" || within_status=$?
  [ "$within_status" != 124 ] || note "$within_tool gave no answer within $within_seconds s"
  return "$within_status"
}
