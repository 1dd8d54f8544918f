# Which of the tools that maestro's scripts work with are missing here.
# Facts:
#   tools_missing  each
# shellcheck shell=sh
facts_tools() {
  for tool in apt-cache apt-config apt-get apt-mark awk cut date dpkg dpkg-query find flock grep head mktemp od sed setsid \
    sha256sum sort stat sync tail timeout tr; do
    has "$tool" || fact tools_missing "$tool"
  done
}
