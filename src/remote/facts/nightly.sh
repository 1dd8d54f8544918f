# How the nightly upgrades are set up, by which files, and what was there before maestro set them up.
# Facts:
#   nightly_package    dpkg's state of unattended-upgrades and its version, with | between
#   nightly_candidate  the version that apt would install
#   nightly_option     each: name "value"; of apt's effective configuration, with % for what is special
#   nightly_file       each line of the other files that name them, in apt's order: path|line
#   nightly_edited     yes or no: the package's own file is not as it came
#   nightly_ours       each line of maestro's file
#   nightly_scheduler  systemd, cron or none
#   nightly_timer      each: what systemd shows of it, with | between; dates in UTC
#   nightly_was        each line of what maestro noted before its first change
# shellcheck shell=sh
look_nightly() {
  has apt-config || fail 'this system has no apt'
  look_nightly_package
  options=$(apt-config dump --format '%F "%V";%n')
  options=$(printf '%s\n' "$options" | grep -iE '^(APT::Periodic|Unattended-Upgrade)::' || true)
  facts nightly_option "$options"
  look_nightly_files
  look_nightly_schedule
  look_nightly_was
}

look_nightly_package() {
  # shellcheck disable=SC2016  # dpkg-query fills these in
  package=$(dpkg-query -W -f '${Status}|${Version}' unattended-upgrades 2>/dev/null || true)
  fact nightly_package "$package"
  case $package in *' installed|'*) return 0 ;; esac
  candidate=$(apt-cache policy unattended-upgrades | sed -n 's/^  Candidate: //p')
  fact nightly_candidate "$candidate"
}

# apt reads the folder in the order of bytes, and apt.conf after it; other names than these it passes over.
look_nightly_files() {
  folder=$MAESTRO_ROOT/etc/apt/apt.conf.d edited=no
  set --
  for file in "$folder"/* "$MAESTRO_ROOT/etc/apt/apt.conf"; do
    case ${file##*/} in *[!A-Za-z0-9_.:-]*) continue ;; *.conf) ;; *.*) continue ;; esac
    [ ! -f "$file" ] || set -- "$@" "$file"
  done
  # grep ends with 1 where none does; of no file at all it is not asked.
  naming=$([ $# = 0 ] || grep -liE 'periodic|unattended-upgrade' "$@") || [ $? = 1 ]
  for file in $naming; do
    if [ "$file" = "$folder/52maestro-unattended-upgrades" ]; then
      ours=$(contents "$file")
      facts nightly_ours "$ours"
    else
      look_nightly_file "$file"
    fi
  done
  fact nightly_edited "$edited"
}

look_nightly_file() {
  ! cmp -s "$1" "$MAESTRO_ROOT/usr/share/unattended-upgrades/${1##*/}" || return 0
  [ "${1##*/}" != 50unattended-upgrades ] || edited=yes
  lines=$(contents "$1" | awk -v path="${1#"$MAESTRO_ROOT"}" '{ print path "|" $0 }')
  facts nightly_file "$lines"
}

look_nightly_schedule() {
  if [ -d "$MAESTRO_ROOT/run/systemd/system" ]; then
    fact nightly_scheduler systemd
    timers=$(apt_timers LoadState UnitFileState ActiveState SubState NextElapseUSecRealtime)
    facts nightly_timer "$timers"
  elif [ -x "$MAESTRO_ROOT/etc/cron.daily/apt-compat" ] && has cron; then
    fact nightly_scheduler cron
  else
    fact nightly_scheduler none
  fi
}

look_nightly_was() {
  marks=$MAESTRO_ROOT/var/lib/maestro
  [ -d "$marks" ] || return 0
  was=$(as_root_if_needed find "$marks" -maxdepth 2 -path '*/unattended-upgrades/*' -type f ! -name '*.new' -exec cat '{}' +)
  facts nightly_was "$was"
}
