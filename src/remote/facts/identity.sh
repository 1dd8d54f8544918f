# Which machine this is, and which of its boots.
# Facts:
#   machine_id
#   boot_id
#   hostname
#   uptime      seconds
#   init        name of PID 1, where /proc may be read (hidepid)
#   init_start  its start, in clock ticks after boot
# shellcheck shell=sh
facts_identity() {
  machine_id=$(machine_id)
  read -r boot_id <"$MAESTRO_ROOT/proc/sys/kernel/random/boot_id"
  hostname=$(uname -n)
  read -r uptime _ <"$MAESTRO_ROOT/proc/uptime"
  fact machine_id "$machine_id"
  fact boot_id "$boot_id"
  fact hostname "$hostname"
  fact uptime "$uptime"
  if [ -r "$MAESTRO_ROOT/proc/1/stat" ]; then facts_identity_init; fi
}

machine_id() {
  if [ -s "$MAESTRO_ROOT/etc/machine-id" ]; then
    contents "$MAESTRO_ROOT/etc/machine-id"
  else
    contents "$MAESTRO_ROOT/var/lib/dbus/machine-id"
  fi
}

# The name in the second field may hold spaces and brackets of its own; the start is the 22nd field.
facts_identity_init() {
  IFS= read -r init_stat <"$MAESTRO_ROOT/proc/1/stat"
  init=${init_stat#*\(}
  fact init "${init%\)*}"
  # shellcheck disable=SC2086  # a field a word
  set -- ${init_stat##*\) }
  fact init_start "${20}"
}
