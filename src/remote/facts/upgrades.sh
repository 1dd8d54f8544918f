# Pending upgrades on the package lists as they are: what apt would install now, and every newer version with its source.
# No root and no lock.
# Facts:
#   upgrades_listed_at  epoch seconds, where there are lists
#   upgrades_held       each
#   upgrades_newer      each line of apt-cache's policy, down to the installed version, of packages that have newer ones
#   upgrades_source     each line of apt-cache's list of sources
#   upgrades_inst       each package that apt would upgrade or add
#   upgrades_full       each line of a full upgrade; asked for only where apt keeps back what is neither held nor phased
# shellcheck shell=sh
facts_upgrades() {
  if ! has apt-get || ! has dpkg-query; then fail 'this system has no apt'; fi
  facts_upgrades_age
  facts_upgrades_newer
  sources=$(read_apt apt-cache policy)
  facts upgrades_source "$sources"
  # With a new package that cannot be installed apt gives the whole upgrade up ("Broken packages"): then without new ones.
  upgrade=$(read_apt apt-get -s upgrade --with-new-pkgs 2>/dev/null) || upgrade=$(read_apt apt-get -s upgrade)
  upgrade=$(printf '%s\n' "$upgrade" | sed -n '/^Inst /p')
  facts upgrades_inst "$upgrade"
  facts_upgrades_full
}

# apt keeps a list that has not changed, with the date its archive gave it: the folder's own time is when one last changed.
facts_upgrades_age() {
  lists=$MAESTRO_ROOT/var/lib/apt/lists
  [ -n "$(find "$lists" -maxdepth 1 -name '*_Packages*' 2>/dev/null | head -n 1)" ] || return 0
  listed_at=$(stat -c %Y "$lists")
  stamp=$MAESTRO_ROOT/var/lib/apt/periodic/update-success-stamp
  if [ -e "$stamp" ]; then stamped_at=$(stat -c %Y "$stamp"); else stamped_at=0; fi
  [ "$stamped_at" -le "$listed_at" ] || listed_at=$stamped_at
  fact upgrades_listed_at "$listed_at"
}

facts_upgrades_newer() {
  # shellcheck disable=SC2016  # dpkg-query fills these in
  packages=$(dpkg-query -W -f '${db:Status-Abbrev}|${binary:Package}\n')
  packages=$(printf '%s\n' "$packages" | native_names)
  held=$(printf '%s\n' "$packages" | sed -n 's/^h..|//p')
  names=$(printf '%s\n' "$packages" | sed -n 's/^.i.|//p')
  # shellcheck disable=SC2086  # a list of names
  policy=$(read_apt apt-cache policy $names)
  # Versions stand newest first: what comes before the installed one is newer.
  newer=$(printf '%s\n' "$policy" | awk '
    /^[^ ]/ { text = $0; isNewer = 0; isOpen = 1; next }
    !isOpen { next }
    /^ [*][*][*] / { if (isNewer) print text; isOpen = 0; next }
    /^     [^ ]/ { isNewer = 1 }
    { text = text "\n" $0 }')
  facts upgrades_held "$held"
  facts upgrades_newer "$newer"
}

# Why apt keeps something back that is neither held nor phased: a full upgrade shows what it would have to remove.
facts_upgrades_full() {
  candidates=$(printf '%s\n' "$newer" | awk '
    /^[^ ]/ { name = $1; sub(/:$/, "", name) }
    /^  Installed: / { installed = $2 }
    /^  Candidate: / { candidate = $2 }
    /^     [^ ]/ && $1 == candidate && candidate != installed && !/[(]phased / { print name }')
  planned=$(printf '%s\n' "$upgrade" | awk '{ print $2 }')
  # grep ends with 1 where nothing is left.
  kept=$(printf '%s\n' "$candidates" | grep -v -x -F -e '' -e "$planned" -e "$held") || [ $? = 1 ]
  [ -n "$kept" ] || return 0
  full=$(read_apt apt-get -s dist-upgrade)
  full=$(printf '%s\n' "$full" | sed -n '/^Inst /p; /^Remv /p')
  facts upgrades_full "$full"
}
