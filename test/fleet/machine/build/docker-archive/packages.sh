#!/bin/bash
# Docker's own packages, in its own versions. Run in the archive's folder; fills dists/noble/pool/COMPONENT.
#   packages.sh BINARIES
# A package of another version than its binaries has says so here: 27.3.* hold the engine 26.1.5, the newer of the
# plugins are Debian's buildx 0.13.1 and compose 2.26.1, the older are scripts that tell their version.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/../archive/deb.sh"
binaries=$1
architecture=$(dpkg --print-architecture)
plugins=usr/libexec/docker/cli-plugins

# take PROGRAMS: from the folder that `from` names.
take() {
  local program
  for program; do install -D "$binaries/$from/$program" "$staged/usr/bin/$program"; done
}

# services UNIT...: started when they are installed, restarted when they are upgraded, as debhelper writes it: a service
# that does not start is no error.
services() {
  local unit
  for unit; do install -D -m 644 "$here/$unit" "$staged/lib/systemd/system/$unit"; done
  script postinst "[ \"\$1\" = configure ] || exit 0
getent group docker >/dev/null || groupadd -r docker
[ -n \"\$2\" ] || systemctl enable -q $*
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
[ -z \"\$2\" ] && action=start || action=restart
deb-systemd-invoke \$action $* >/dev/null || true"
  script prerm "[ \"\$1\" = remove ] && [ -d /run/systemd/system ] || exit 0
deb-systemd-invoke stop $* >/dev/null || true"
}

# pack NAME VERSION COMPONENT [CONTROL-LINE...]
pack() {
  local name=$1 version=$2 pool=dists/noble/pool/$3/$architecture
  content DEBIAN/control "$(control "$name" "$version" "${@:4}")"
  mkdir -p "$pool"
  dpkg-deb --root-owner-group -Zzstd -z1 --build "$staged" "$pool/${name}_${version#*:}_$architecture.deb"
  rm -rf "${staged:?}"/*
}

# engine BINARIES VERSION COMPONENT
engine() {
  local from=$1 version=$2 component=$3 containerd=1.6.24
  [ "$from" != 20.10 ] || containerd=1.4.1
  take dockerd docker-proxy docker-init
  services docker.socket docker.service
  pack docker-ce "$version" "$component" \
    "Depends: containerd.io (>= $containerd), docker-ce-cli, iptables, libseccomp2 (>= 2.3.0), libdevmapper1.02.1" \
    'Conflicts: docker (<< 1.5~), docker-engine, docker.io' 'Replaces: docker-engine'
  take docker
  pack docker-ce-cli "$version" "$component" 'Depends: libc6 (>= 2.34)' \
    'Conflicts: docker (<< 1.5~), docker-engine, docker-engine-cs, docker.io, lxc-docker'
}

# containerd BINARIES VERSION
containerd() {
  local from=$1
  take containerd containerd-shim-runc-v2 ctr runc
  services containerd.service
  conffile etc/containerd/config.toml 'disabled_plugins = ["cri"]'
  pack containerd.io "$2" stable 'Depends: libc6 (>= 2.34), libseccomp2 (>= 2.3.0)' \
    'Provides: containerd, runc' 'Conflicts: containerd, runc' 'Replaces: containerd, runc'
}

# plugin NAME VERSION: what is staged, as that plugin of the client.
plugin() {
  chmod 755 "$staged/$plugins/docker-$1"
  pack "docker-$1-plugin" "$2-1~ubuntu.24.04~noble" stable
}

# stand_in NAME VERSION
stand_in() {
  content "$plugins/docker-$1" "#!/bin/sh
case \$1 in
  docker-cli-plugin-metadata)
    echo '{\"SchemaVersion\":\"0.1.0\",\"Vendor\":\"Docker Inc.\",\"Version\":\"v$2\",\"ShortDescription\":\"Docker $1\"}' ;;
  *) echo 'docker $1 version v$2' ;;
esac"
  plugin "$1" "$2"
}

# Debian's NAME, as a later VERSION.
debians() {
  install -D "$binaries/26.1/docker-$1" "$staged/$plugins/docker-$1"
  plugin "$1" "$2"
}

engine 20.10 5:20.10.24~3-0~ubuntu-noble stable
engine 26.1 5:26.1.5-1~ubuntu.24.04~noble stable
engine 27.0 5:27.0.0-1~ubuntu.24.04~noble test
engine 26.1 5:27.3.1-1~ubuntu.24.04~noble test
engine 26.1 5:27.3.10-1~ubuntu.24.04~noble test
containerd 20.10 1.6.20-1
containerd 26.1 1.7.24-1
stand_in buildx 0.11.2
stand_in compose 2.24.0
debians buildx 0.14.0
debians compose 2.27.0
