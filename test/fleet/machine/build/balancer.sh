#!/bin/sh
# Runs inside the root file system: Debian's HAProxy, with which maestro talks through its socket, by socat too.
set -eu

main() {
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d # nothing starts while it is installed
  chmod 755 /usr/sbin/policy-rc.d
  apt-get -q update
  apt-get -q -y --no-install-recommends install haproxy socat
  apt-get clean
  rm -rf /usr/sbin/policy-rc.d /var/lib/apt/lists/*
}

main
