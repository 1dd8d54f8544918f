# The flag that packages set when they want a reboot, and whether anything on this server would set it.
# Facts:
#   reboot_flag     yes or no
#   reboot_since    epoch seconds
#   reboot_package  each
#   reboot_writer   each: a path of what sets the flag
# shellcheck shell=sh
facts_reboot() {
  reboot_file=$MAESTRO_ROOT/run/reboot-required
  [ -e "$reboot_file" ] || reboot_file=$MAESTRO_ROOT/var/run/reboot-required
  reboot_flag=no
  # Where there is no folder to look into, a missing flag says nothing.
  [ -x "$MAESTRO_ROOT/run" ] || [ -x "$MAESTRO_ROOT/var/run" ] || fail 'there is no /run to look into'
  if [ -e "$reboot_file" ]; then facts_reboot_flag; fi
  fact reboot_flag "$reboot_flag"
  for reboot_writer in usr/share/update-notifier/notify-reboot-required etc/kernel/postinst.d/update-notifier \
    etc/kernel/postinst.d/unattended-upgrades etc/kernel/postinst.d/reboot-notifier; do
    [ ! -x "$MAESTRO_ROOT/$reboot_writer" ] || fact reboot_writer "/$reboot_writer"
  done
}

facts_reboot_flag() {
  reboot_flag=yes
  reboot_since=$(stat -c %Y "$reboot_file")
  fact reboot_since "$reboot_since"
  [ -e "$reboot_file.pkgs" ] || return 0
  reboot_packages=$(contents "$reboot_file.pkgs")
  facts reboot_package "$reboot_packages"
}
