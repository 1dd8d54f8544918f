#!/bin/sh
# Runs inside the root file system: Docker's own engine, the older one of its archive, on top of the packages that every
# server has. The archive is a folder here, and a web server's when the system runs.
set -eu

main() {
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d # nothing starts while it is installed
  chmod 755 /usr/sbin/policy-rc.d
  install -D -m 644 /run/archive/www/linux/ubuntu/gpg /etc/apt/keyrings/docker.asc
  add_source file:/run/archive/www/linux/ubuntu
  apt-get -q -o APT::Sandbox::User=root update
  apt-get -q -y --no-install-recommends install \
    docker-ce=5:20.10.24~3-0~ubuntu-noble docker-ce-cli=5:20.10.24~3-0~ubuntu-noble containerd.io=1.6.20-1 \
    docker-buildx-plugin=0.11.2-1~ubuntu.24.04~noble docker-compose-plugin=2.24.0-1~ubuntu.24.04~noble
  add_source http://download.docker.com/linux/ubuntu
  apt-get clean
  rm -rf /usr/sbin/policy-rc.d /var/lib/apt/lists/*
}

add_source() {
  echo "deb [arch=$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.asc] $1 noble stable" \
    >/etc/apt/sources.list.d/docker.list
}

main
