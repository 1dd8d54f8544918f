# Room on the file systems that upgrades need, and whether they can be written to.
# Facts:
#   disk          each: df's line
#   disk_options  each, in the same order: the mount's options
# shellcheck shell=sh
facts_disk() {
  set -- "$MAESTRO_ROOT/"
  for path in var boot; do
    [ ! -d "$MAESTRO_ROOT/$path" ] || set -- "$@" "$MAESTRO_ROOT/$path"
  done
  rooms=$(within 10 df -P -k "$@")
  # Of mounts on top of each other the last one counts.
  lines=$(printf '%s\n' "$rooms" | awk '
    FNR == NR { options[$2] = $4; next }
    FNR > 1 { print options[$NF] "|" $0 }' "$MAESTRO_ROOT/proc/mounts" -)
  printf '%s\n' "$lines" | while IFS='|' read -r options room; do
    fact disk "$room"
    fact disk_options "$options"
  done
}
