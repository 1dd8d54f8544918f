# How the nightly upgrades are set up, by which files, and what was there before maestro set them up.
# Facts:
#   periodic_package    dpkg's state of unattended-upgrades and its version, with | between
#   periodic_candidate  the version that apt would install
#   periodic_option     each: name "value"; of apt's effective configuration, with % for what is special
#   periodic_file       each line of the other files that name them, in apt's order: path|line
#   periodic_edited     yes or no: the package's own file is not as it came
#   periodic_ours       each line of maestro's file
#   periodic_scheduler  systemd, cron or none
#   periodic_timer      each: what systemd shows of it, with | between; dates in UTC
#   periodic_was        each line of what maestro noted before its first change
# shellcheck shell=sh
facts_periodic() {
  has apt-config || fail 'this system has no apt'
  facts_periodic_package
  options=$(apt-config dump --format '%F "%V";%n')
  options=$(printf '%s\n' "$options" | grep -iE '^(APT::Periodic|Unattended-Upgrade)::' || true)
  facts periodic_option "$options"
  facts_periodic_files
  facts_periodic_schedule
  facts_periodic_was
}

facts_periodic_package() {
  # shellcheck disable=SC2016  # dpkg-query fills these in
  package=$(dpkg-query -W -f '${Status}|${Version}' unattended-upgrades 2>/dev/null || true)
  fact periodic_package "$package"
  case $package in *' installed|'*) return 0 ;; esac
  candidate=$(apt-cache policy unattended-upgrades | sed -n 's/^  Candidate: //p')
  fact periodic_candidate "$candidate"
}

# apt reads the folder in the order of bytes, and apt.conf after it; other names than these it passes over.
facts_periodic_files() {
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
      facts periodic_ours "$ours"
    else
      facts_periodic_file "$file"
    fi
  done
  fact periodic_edited "$edited"
}

facts_periodic_file() {
  ! cmp -s "$1" "$MAESTRO_ROOT/usr/share/unattended-upgrades/${1##*/}" || return 0
  [ "${1##*/}" != 50unattended-upgrades ] || edited=yes
  lines=$(contents "$1" | awk -v path="${1#"$MAESTRO_ROOT"}" '{ print path "|" $0 }')
  facts periodic_file "$lines"
}

facts_periodic_schedule() {
  if [ -d "$MAESTRO_ROOT/run/systemd/system" ]; then
    fact periodic_scheduler systemd
    timers=$(apt_timers LoadState UnitFileState ActiveState SubState NextElapseUSecRealtime)
    facts periodic_timer "$timers"
  elif [ -x "$MAESTRO_ROOT/etc/cron.daily/apt-compat" ] && has cron; then
    fact periodic_scheduler cron
  else
    fact periodic_scheduler none
  fi
}

facts_periodic_was() {
  marks=$MAESTRO_ROOT/var/lib/maestro
  [ -d "$marks" ] || return 0
  was=$(as_root_if_needed find "$marks" -maxdepth 2 -path '*/unattended-upgrades/*' -type f ! -name '*.new' -exec cat '{}' +)
  facts periodic_was "$was"
}
