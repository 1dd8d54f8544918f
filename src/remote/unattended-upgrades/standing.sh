# Whether apt-get still works for maestro on unattended-upgrades, and how dpkg has the package. Changes nothing.
# Facts:
#   apt_runs        yes or no
#   package_status  in dpkg's words; absent where dpkg does not know it
# shellcheck shell=sh
work() {
  apt_runs=no
  for lock in "$MAESTRO_ROOT"/run/maestro-unattended-upgrades*.lock; do
    if [ -e "$lock" ] && ! flock -n "$lock" true; then apt_runs=yes; fi
  done
  # shellcheck disable=SC2016  # dpkg-query fills this in
  package_status=$(dpkg-query -W -f '${Status}' unattended-upgrades 2>/dev/null || true)
  fact apt_runs "$apt_runs"
  fact package_status "$package_status"
}
