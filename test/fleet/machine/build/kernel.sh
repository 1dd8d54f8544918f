#!/bin/sh
# Runs inside the root file system: Debian's last kernel but one, and the last one as a package that waits in /opt, for
# a system that runs the one while the other is installed.
set -eu

main() {
  apt-get -q update
  kernels=$(apt-cache search --names-only '^linux-image-[0-9.]+-[0-9]+-cloud-amd64$' | cut -d' ' -f1 | sort -V | tail -n 2)
  older=$(echo "$kernels" | head -n 1)
  newer=$(echo "$kernels" | tail -n 1)
  [ "$older" != "$newer" ] # two are needed to upgrade from one to the other
  mkdir -p /etc/initramfs-tools/conf.d
  echo 'MODULES=list' >/etc/initramfs-tools/conf.d/fleet # for this machine alone, not for all there are
  printf 'virtio_pci\nvirtio_blk\next4\n' >/etc/initramfs-tools/modules
  apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold install initramfs-tools zstd "$older"
  lay_by "$newer"
  apt-get clean
  rm -rf /var/lib/apt/lists/*
  systemctl enable systemd-networkd
}

# On an emulated processor, to unpack the package and to make its initial file system would take longer than all the
# rest: so the package is stored without compression, and the file system is made here, for its installation to find.
lay_by() {
  cd /tmp
  apt-get -q -o APT::Sandbox::User=root download "$1"
  dpkg-deb --raw-extract "$1"_*.deb newer
  dpkg-deb --build -Znone newer /opt
  version=${1#linux-image-}
  mv "newer/lib/modules/$version" /lib/modules
  cp newer/boot/config-* /boot
  depmod "$version"
  mkinitramfs -o "/opt/initrd.img-$version" "$version"
  rm -r newer "$1"_*.deb "/lib/modules/$version" "/boot/config-$version"
  # shellcheck disable=SC2016  # the kernel's version, when it is installed
  printf '#!/bin/sh\nmv "/opt/initrd.img-$1" /boot\n' >/etc/kernel/postinst.d/initramfs-tools
}

main
