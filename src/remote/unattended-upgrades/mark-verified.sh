# Notes that the settings of the nights were proved, so that the next run need not do it again.
# Inputs: hash, of the file that was proved
# Changes: /var/lib/maestro/unattended-upgrades/proved
# shellcheck shell=sh
work() {
  notes=$(periodic_notes)
  (umask 077 && mkdir -p "$notes")
  put "$notes/proved" "$notes/proved.new" "proved $MAESTRO_HASH"
}
