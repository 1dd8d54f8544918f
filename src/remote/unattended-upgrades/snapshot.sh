# Where is noted what was there before maestro set up the nightly upgrades, and how a file comes to be in one piece.
# Changes: the file that put is told, /var/lib/maestro/unattended-upgrades
# shellcheck shell=sh

periodic_notes() { printf '%s/var/lib/maestro/unattended-upgrades' "$MAESTRO_ROOT"; }

# put FILE TEMPORARY TEXT: the temporary is on the same file system, in a folder that nobody reads as configuration.
put() {
  printf '%s\n' "$3" >"$2"
  chmod "${4:-600}" "$2"
  mv -f "$2" "$1"
}

# note_once NAME TEXT: what was there before the first change, which no later run may overwrite.
note_once() {
  notes=$(periodic_notes)
  (umask 077 && mkdir -p "$notes")
  [ -e "$notes/$1" ] || put "$notes/$1" "$notes/$1.new" "$2"
}

# forget NAME
forget() {
  notes=$(periodic_notes)
  rm -f "$notes/$1" "$notes/$1.new"
  rmdir "$notes" 2>/dev/null || true
}
