# What would keep this server from coming back, or is under way that a restart would break. Changes nothing.
# Facts: stands_in_the_way  each, a sentence
# shellcheck shell=sh
work() {
  preflight_shutdown
  preflight_kernel
  preflight_mounts
  preflight_sshd
}

in_the_way() { fact stands_in_the_way "$*"; }

preflight_shutdown() {
  [ ! -e "$MAESTRO_ROOT/run/systemd/shutdown/scheduled" ] || in_the_way 'a shutdown is already scheduled (shutdown -c takes it back)'
}

# A container and a kernel from outside have no images; where there are some, each must be whole and have its initrd.
preflight_kernel() {
  for kernel in "$MAESTRO_ROOT"/boot/vmlinuz-*; do
    [ -e "$kernel" ] || continue
    version=${kernel##*/vmlinuz-}
    [ -s "$kernel" ] || in_the_way "/boot/vmlinuz-$version is empty"
    if [ -e "$MAESTRO_ROOT/boot/initrd.img-$version" ]; then
      [ -s "$MAESTRO_ROOT/boot/initrd.img-$version" ] || in_the_way "/boot/initrd.img-$version is empty"
    elif has update-initramfs; then
      in_the_way "kernel $version has no initrd (update-initramfs -c -k $version)"
    fi
  done
}

# 1 with a device that is not there; an old findmnt knows no --verify and says so with another word.
preflight_mounts() {
  has findmnt && [ -e "$MAESTRO_ROOT/etc/fstab" ] || return 0
  mounts=$(within 20 findmnt --verify 2>&1) && return 0
  missing=$(printf '%s\n' "$mounts" | grep -e 'unreachable' -e 'parse error' | head -n 3 | tr -s '\t\n ' ' ')
  [ -z "$missing" ] || in_the_way "/etc/fstab would not mount: $missing"
}

preflight_sshd() {
  has sshd || return 0
  said=$(within 20 sshd -t 2>&1) || in_the_way "sshd would not start: $(printf '%s\n' "$said" | tail -n 1)"
}
