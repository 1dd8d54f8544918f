#!/bin/bash
# A server with a kernel of its own: a virtual machine on a small disk, which starts the newest kernel that it finds in
# /boot of that disk each time it is switched on or reboots, as a boot loader would. QEMU emulates the processor: that
# is slow (half a minute for a boot) but the same everywhere, where /dev/kvm may be missing or worse than that.
#   vm.sh NAME vm
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"
. "$here/system.sh"

main() {
  name=$1 dir=$run/servers/$1 disk=$run/servers/$1/disk.img power=$cgroup/$1/power
  make_disk
  keep_powered 42
}

make_disk() {
  mount -t tmpfs tmpfs "$dir/disk"
  mkdir "$dir"/disk/{changes,work}
  mount -t overlay "$name" \
    -o "lowerdir=$(cat "$run/vm.lower"),upperdir=$dir/disk/changes,workdir=$dir/disk/work" "$dir/root"
  name_system "$dir/root"
  printf '[Match]\nType=ether\n[Network]\nAddress=%s/24\n' "$("$here/network.sh" address "$name")" \
    >"$dir/root/etc/systemd/network/fleet.network"
  mkfs.ext4 -q -d "$dir/root" "$disk" 3G
  umount "$dir/root" "$dir/disk"
}

# Ends with 42 when the system asked for a reboot. QEMU ends in the same way for a power off; the console knows better.
run_system() {
  local kernel
  e2fsck -p "$disk" >/dev/null || [ $? = 1 ] # after a power cut
  kernel=$(debugfs -R 'ls -p /boot' "$disk" 2>/dev/null | grep -o 'vmlinuz-[^/]*' | sort -V | tail -n 1)
  note "starts $kernel"
  debugfs -R "dump /boot/$kernel $dir/kernel" "$disk" 2>/dev/null
  debugfs -R "dump /boot/initrd.img-${kernel#vmlinuz-} $dir/initrd" "$disk" 2>/dev/null
  run_machine
  if tail -n 3 "$dir/console.log" | grep -q 'reboot: Restarting system'; then return 42; fi
}

run_machine() (
  echo "$BASHPID" >"$power/cgroup.procs"
  exec ip netns exec "$switch" qemu-system-x86_64 \
    -accel tcg,tb-size=256 -cpu qemu64 -smp 1 -m 768 -no-reboot -nodefaults -display none -serial "file:$dir/console.log" \
    -kernel "$dir/kernel" -initrd "$dir/initrd" -append 'root=/dev/vda rw console=ttyS0 mitigations=off tsc=reliable' \
    -drive "file=$disk,format=raw,if=virtio,cache=unsafe" -device virtio-rng-pci \
    -netdev "tap,id=net,ifname=$name,script=no,downscript=no" -device virtio-net-pci,netdev=net >>"$dir/qemu.log" 2>&1
)

main "$@"
