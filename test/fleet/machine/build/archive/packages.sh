#!/bin/bash
# The archive's packages, each an upgrade of one sort from 1.0 to 1.1. Run in the archive's folder; fills pool/SUITE.
# shellcheck disable=SC2016  # the maintainer scripts expand their own
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/deb.sh"

release=noble
updates=noble-updates
security='noble-security noble-updates' # as in Ubuntu, what is in -security is in -updates too

both() { # NAME SUITES [CONTROL-LINE...]: version 1.0 in the release, 1.1 in the suites
  deb "$1" 1.0 "$release"
  deb "$1" 1.1 "${@:2}"
}

both fl-sec "$security"
both fl-upd "$updates"
both fl-held "$security"  # on hold on every server
both fl-phased "$updates" # at 0 %
both fl-newdep "$updates" 'Depends: fl-newlib' # kept back by a plain upgrade
deb fl-newlib 1.0 "$updates"

# Newer in -updates than in -security.
both fl-both "$security"
deb fl-both 1.2 "$updates"

deb fl-kernel 6.8.0-41.41 "$release"
script postinst '[ -z "$2" ] || /usr/share/update-notifier/notify-reboot-required'
deb fl-kernel 6.8.0-45.45 "$security"

deb fl-slow 1.0 "$release"
script postinst 'echo "slow: begin"; sleep 20; echo "slow: end"'
deb fl-slow 1.1 "$security"

deb fl-fail 1.0 "$release"
script postinst 'echo "fl-fail: cannot configure" >&2; exit 1'
deb fl-fail 1.1 "$security"

# Would read what is meant for others.
deb fl-stdin 1.0 "$release"
script postinst 'if read -r line; then echo "read: $line"; else echo "stdin is closed"; fi'
deb fl-stdin 1.1 "$updates"

# Its configuration is changed by the administrator on every server: an upgrade asks what to do.
conffile etc/fl-conf.conf 'value=alpha'
deb fl-conf 1.0 "$release"
conffile etc/fl-conf.conf 'value=beta'
deb fl-conf 1.1 "$updates"

# Restarted by its upgrade.
for version in "1.0 $release" "1.1 $security"; do
  content lib/systemd/system/fl-daemon.service "[Unit]
Description=A daemon of the test fleet
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target"
  script postinst 'systemctl enable -q fl-daemon
    [ ! -d /run/systemd/system ] || { systemctl daemon-reload; systemctl restart fl-daemon; }'
  deb fl-daemon "${version%% *}" "${version#* }"
done
