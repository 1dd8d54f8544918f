# Who we are on this server, and which of the tools that maestro works with are missing.
# Facts:
#   tools_user
#   tools_missing  each
# shellcheck shell=sh
look_tools() {
  user=$(id -un)
  fact tools_user "$user"
  for tool in apt-cache apt-config apt-get apt-mark awk cut date dpkg dpkg-query find flock grep head mktemp od sed setsid \
    sha256sum sort stat sync tail timeout tr; do
    has "$tool" || fact tools_missing "$tool"
  done
}
