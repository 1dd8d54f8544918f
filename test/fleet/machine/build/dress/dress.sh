#!/bin/sh
# Runs inside the root file system: dresses Debian 12 as Ubuntu 24.04 and installs version 1 of the archive's packages.
set -eu
build=$(dirname "$0")

main() {
  cp "$build/os-release" /usr/lib/os-release
  cp "$build/lsb-release" /etc/lsb-release
  add_user
  quiet_boot
  set_up_sshd
  set_up_updates
  install_first_versions
  empty_identity
}

add_user() {
  useradd -m -u 1000 -s /bin/bash deploy
  if getent group docker >/dev/null; then usermod -aG docker deploy; fi
  echo 'deploy ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-deploy
  chmod 440 /etc/sudoers.d/90-deploy
}

# Nothing that asks for a console, for hardware or for the internet: the state is to be `running`, not `degraded`.
quiet_boot() {
  for unit in console-getty.service getty@tty1.service systemd-networkd-wait-online.service e2scrub_all.timer \
    e2scrub_reap.service dev-hugepages.mount sys-fs-fuse-connections.mount systemd-remount-fs.service fstrim.timer; do
    ln -sf /dev/null "/etc/systemd/system/$unit"
  done
  # Enabled and waiting as on any server, but a test never meets a timer that happens to fire.
  for timer in apt-daily apt-daily-upgrade; do
    mkdir -p "/etc/systemd/system/$timer.timer.d"
    printf '[Timer]\nOnCalendar=\nOnCalendar=2099-01-01\n' >"/etc/systemd/system/$timer.timer.d/fleet.conf"
  done
}

set_up_sshd() {
  printf 'PasswordAuthentication no\nUseDNS no\nMaxStartups 100\n' >/etc/ssh/sshd_config.d/fleet.conf
  rm -f /etc/ssh/ssh_host_*
}

set_up_updates() {
  rm -f /etc/apt/sources.list /etc/apt/apt.conf.d/99mmdebstrap
  cp "$build/50unattended-upgrades" "$build/20auto-upgrades" /etc/apt/apt.conf.d/
  echo 'Acquire::Languages "none";' >/etc/apt/apt.conf.d/99fleet
  install -D "$build/notify-reboot-required" /usr/share/update-notifier/notify-reboot-required
  install -m 644 /run/archive/key.gpg /usr/share/keyrings/ubuntu-archive-keyring.gpg
}

# From the release suite alone, so that everything in -updates and -security is still to come.
install_first_versions() {
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
  echo 'deb [signed-by=/run/archive/key.gpg] file:/run/archive/www/ubuntu noble main' >/etc/apt/sources.list
  apt-get -q -o APT::Sandbox::User=root -o Dir::Etc::SourceParts=- update
  # shellcheck disable=SC2046  # a list of names
  apt-get -q -y install $(sed -n 's/^Package: //p' /var/lib/apt/lists/*noble_main*Packages)
  apt-mark hold fl-held
  echo 'value=changed-by-admin' >/etc/fl-conf.conf
  rm -rf /usr/sbin/policy-rc.d /etc/apt/sources.list /var/lib/apt/lists/*
  cp "$build/ubuntu.sources" /etc/apt/sources.list.d/
}

empty_identity() {
  : >/etc/machine-id
  rm -f /var/lib/dbus/machine-id
}

main
