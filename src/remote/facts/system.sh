# Which distribution this is, and whether it is one with dpkg and apt. os-release is read, never run.
# Facts:
#   os_release  each line that matters
#   has_apt     yes or no
# shellcheck shell=sh
facts_system() {
  os_release=$MAESTRO_ROOT/etc/os-release
  [ -e "$os_release" ] || os_release=$MAESTRO_ROOT/usr/lib/os-release
  os_release=$(contents "$os_release")
  os_release=$(printf '%s\n' "$os_release" | grep -E '^(ID|VERSION_ID|VERSION_CODENAME|PRETTY_NAME)=')
  has_apt=no
  if has apt-get && has dpkg-query; then has_apt=yes; fi
  facts os_release "$os_release"
  fact has_apt "$has_apt"
}
