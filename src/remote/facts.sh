# Gathers the facts that were asked for. Changes nothing and takes no lock.
# Inputs: MAESTRO_PARTS, names of files in facts/ with a space between.
# Facts: at (epoch seconds), the facts of each part, and then PART.done; PART.words holds what it said on stderr.
# shellcheck shell=sh disable=SC2034 # is_root of prelude.sh reads user_id
work() {
  at=$(date +%s)
  fact at "$at"
  # The sender waits 90 s: tools that hang take their own parts with them, not the whole look.
  end_within 75
  # Asked once for all facts.
  user_id=$(id -u)
  exec 3>&1
  for part in $MAESTRO_PARTS; do gather_part "$part"; done
}

# A part that fails leaves the others be. It is known only when it reached its own end: a subshell's exit code would be
# lost here, and in front of `||` the shell would ignore its `set -e`.
gather_part() {
  words=$( (
    set -e
    "facts_$1" >&3
    fact "$1.done" yes >&3
  ) 2>&1 </dev/null | tail -c 2000)
  [ -z "$words" ] || fact "$1.words" "$words"
}
