# Room on the file systems that upgrades need, and whether they can be written to.
# Facts:
#   disk          each: df's line
#   disk_options  each, in the same order: the mount's options
# shellcheck shell=sh
look_disk() {
  mounts=$(cat "$MAESTRO_ROOT/proc/mounts")
  for path in / /var /boot; do
    [ -d "$MAESTRO_ROOT$path" ] || continue
    room=$(within 10 df -P -k "$MAESTRO_ROOT$path")
    room=$(printf '%s\n' "$room" | tail -n 1)
    # Of mounts on top of each other the last one counts.
    options=$(printf '%s\n' "$mounts" | awk -v point="${room##* }" '$2 == point { found = $4 } END { print found }')
    fact disk "$room"
    fact disk_options "$options"
  done
}
