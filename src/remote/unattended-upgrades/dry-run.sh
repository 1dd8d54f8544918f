# What the nightly job would do now, by its own dry run, which downloads what it would install. What it leaves beside that
# (its stamp, its logs and apt's, its list of what was kept back, an empty sources.list) is put back.
# Changes: apt's cache of archives
# Facts:
#   dry_locked   yes or no: another process holds its lock or dpkg's
#   dry_ended    yes or no: it came to its end
#   dry_origins  that it takes from, as it names them
#   dry_package  each that it would upgrade
#   dry_manual   each that it leaves to a person, since its configuration was changed by hand
#   dry_said     its last line
#   release      each, of the package lists, in the words of apt-cache policy
# shellcheck shell=sh
work() {
  # A line that is cut must not end this before all is put back.
  trap '' HUP PIPE
  exec 9>"$MAESTRO_ROOT/run/maestro-dry-run.lock"
  flock -w 900 9 || fail 'another dry run of maestro has no end'
  periodic=$MAESTRO_ROOT/var/lib/apt/periodic/unattended-upgrades-stamp
  kept=$MAESTRO_ROOT/var/lib/unattended-upgrades/kept-back
  sources=$MAESTRO_ROOT/etc/apt/sources.list
  folder=$(mktemp -d "$MAESTRO_ROOT/run/maestro-dry-run.XXXXXX")
  trap 'rm -rf "$folder"' EXIT
  remember
  dry_run
  put_back
  tell_run
  releases=$(apt-cache policy | sed -n 's/^ *release //p' | sort -u)
  facts release "$releases"
}

remember() {
  [ ! -e "$periodic" ] || touch -r "$periodic" "$folder/stamp"
  [ ! -e "$kept" ] || cp -p "$kept" "$folder/kept"
  [ ! -e "$sources" ] || touch "$folder/sources"
}

put_back() {
  if [ -e "$folder/stamp" ]; then touch -r "$folder/stamp" "$periodic"; else rm -f "$periodic"; fi
  if [ -e "$folder/kept" ]; then cp -p "$folder/kept" "$kept"; fi
  # python-apt makes one where there is none.
  if [ ! -e "$folder/sources" ] && [ ! -s "$sources" ]; then rm -f "$sources"; fi
}

# One step for all packages instead of one each: the choice is made before, and this takes a fraction of the time.
dry_run() {
  mkdir "$folder/log"
  printf '%s "%s";\n' Dir::Log "$folder/log" Unattended-Upgrade::LogDir "$folder/log" \
    Unattended-Upgrade::MinimalSteps false >"$folder/apt.conf"
  APT_CONFIG=$folder/apt.conf timeout 900 unattended-upgrade --dry-run --debug >"$folder/said" 2>&1 || true
}

tell_run() {
  dry_locked=no dry_ended=no said=$folder/said
  ! grep -qE '^(Lock could not be acquired|Lock file is already taken)' "$said" || dry_locked=yes
  ! grep -qE '^(All upgrades installed|No packages found that can be upgraded unattended)' "$said" || dry_ended=yes
  origins=$(sed -n 's/^Allowed origins are: //p' "$said")
  packages=$(sed -n 's/^Packages that will be upgraded: //p' "$said" | tr ' ' '\n')
  manual=$(sed -n 's/^Package \(.*\) has conffile prompt .*/\1/p' "$said" | sort -u)
  last=$(tail -n 1 "$said")
  fact dry_locked "$dry_locked"
  fact dry_ended "$dry_ended"
  fact dry_origins "$origins"
  facts dry_package "$packages"
  facts dry_manual "$manual"
  fact dry_said "$last"
}
