# The running kernel, the installed ones, and which of them the boot loader is told to start.
# Facts:
#   kernel_running    uname -r
#   kernel_build      uname -v
#   kernel_signature  Ubuntu's word on the running build
#   kernel_container  which kind, in a container
#   kernel_image      each: version of a /boot/vmlinuz-*
#   kernel_package    each: name|version|state|since (epoch seconds)
#   kernel_default    grub's choice, where it is not the first entry
# shellcheck shell=sh
facts_kernel() {
  kernel_running=$(uname -r)
  kernel_build=$(uname -v)
  fact kernel_running "$kernel_running"
  fact kernel_build "$kernel_build"
  if [ -r "$MAESTRO_ROOT/proc/version_signature" ]; then
    kernel_signature=$(contents "$MAESTRO_ROOT/proc/version_signature")
    fact kernel_signature "$kernel_signature"
  fi
  if [ -r "$MAESTRO_ROOT/run/systemd/container" ]; then
    kernel_container=$(contents "$MAESTRO_ROOT/run/systemd/container")
    fact kernel_container "$kernel_container"
  fi
  for kernel_image in "$MAESTRO_ROOT"/boot/vmlinuz-*; do
    [ ! -e "$kernel_image" ] || fact kernel_image "${kernel_image##*/vmlinuz-}"
  done
  facts_kernel_packages
  facts_kernel_default
}

# The file list of a package is written when it is unpacked: since when the kernel waits.
facts_kernel_packages() {
  has dpkg-query || return 0
  kernel_status=0
  # shellcheck disable=SC2016  # dpkg-query fills these in
  kernel_packages=$(dpkg-query -W -f '${Package}|${Version}|${db:Status-Abbrev}\n' 'linux-image-[0-9]*' 2>/dev/null) ||
    kernel_status=$?
  # 1 stands for "no such package".
  [ "$kernel_status" -le 1 ] || fail "dpkg-query cannot list the kernels (exit $kernel_status)"
  for kernel_package in $kernel_packages; do
    kernel_list=$MAESTRO_ROOT/var/lib/dpkg/info/${kernel_package%%|*}.list
    kernel_since=
    if [ -e "$kernel_list" ]; then kernel_since=$(stat -c %Y "$kernel_list"); fi
    fact kernel_package "$kernel_package|$kernel_since"
  done
}

# As in /etc/default/grub and its .d, the last one holds; `saved` stands in grubenv, which grub-set-default writes.
facts_kernel_default() {
  kernel_default=
  for grub_file in "$MAESTRO_ROOT"/etc/default/grub "$MAESTRO_ROOT"/etc/default/grub.d/*.cfg; do
    [ -e "$grub_file" ] || continue
    grub_line=$(sed -n 's/^GRUB_DEFAULT=//p' "$grub_file" | tail -n 1)
    [ -z "$grub_line" ] || kernel_default=$grub_line
  done
  case $kernel_default in
    *saved*) kernel_default=$(facts_kernel_saved) ;;
  esac
  [ -z "$kernel_default" ] || fact kernel_default "$kernel_default"
}

facts_kernel_saved() {
  grub_saved=$MAESTRO_ROOT/boot/grub/grubenv
  [ -e "$grub_saved" ] || return 0
  as_root_if_needed sed -n 's/^saved_entry=//p' "$grub_saved"
}
