# What a run has left on this server, for a controller that has not its journal. Changes nothing but the guard's file.
# Inputs: run
# Changes: /var/lib/maestro/guard
# Facts: copy_spec (each: a piece of it; absent: the run was never here), copy_part (each: a piece of an event, after the
#   number of its line), and those of lock_tell
# shellcheck shell=sh disable=SC2154 # lock.sh sets what begins with lock_
work() {
  lock_guard
  folder=$lock_home/$MAESTRO_RUN
  if [ -f "$folder/spec" ]; then
    spec=$(head -c 1000000 "$folder/spec" | in_pieces '')
    facts copy_spec "$spec"
  fi
  if [ -f "$folder/events" ]; then
    parts=$(head -c 3000000 "$folder/events" | in_pieces numbered)
    facts copy_part "$parts"
  fi
  lock_read
  lock_tell
}

# A fact holds no more. As they are, or after the number of their line.
in_pieces() {
  awk -v isNumbered="$1" '{
    for (at = 1; at <= length($0); at += 2000) print (isNumbered != "" ? NR " " : "") substr($0, at, 2000)
  }'
}
