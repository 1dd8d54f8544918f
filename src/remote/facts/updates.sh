# Pending upgrades on the package lists as they are: what apt would install now, and each version that is newer than the
# installed one with where it comes from. No root and no lock.
# Facts:
#   updates_listed_at  epoch seconds, where there are lists
#   updates_held       each
#   updates_newer      each line of apt-cache's policy, down to the installed version, of packages that have newer ones
#   updates_source     each line of apt-cache's list of sources
#   updates_inst       each package that apt would upgrade or add
#   updates_full       each line of a full upgrade; asked for only where apt keeps back what is neither held nor phased
# shellcheck shell=sh
look_updates() {
  if ! has apt-get || ! has dpkg-query; then fail 'this system has no apt'; fi
  look_updates_age
  look_updates_newer
  sources=$(read_apt apt-cache policy)
  facts updates_source "$sources"
  # With a new package that cannot be installed apt gives the whole upgrade up ("Broken packages"): then without new ones.
  upgrade=$(read_apt apt-get -s upgrade --with-new-pkgs 2>/dev/null) || upgrade=$(read_apt apt-get -s upgrade)
  upgrade=$(printf '%s\n' "$upgrade" | sed -n '/^Inst /p')
  facts updates_inst "$upgrade"
  look_updates_full
}

# apt keeps a list that has not changed, with the date its archive gave it: the folder's own time is when one last changed.
look_updates_age() {
  lists=$MAESTRO_ROOT/var/lib/apt/lists
  [ -n "$(find "$lists" -maxdepth 1 -name '*_Packages*' 2>/dev/null | head -n 1)" ] || return 0
  listed_at=$(stat -c %Y "$lists")
  stamp=$MAESTRO_ROOT/var/lib/apt/periodic/update-success-stamp
  if [ -e "$stamp" ]; then stamped_at=$(stat -c %Y "$stamp"); else stamped_at=0; fi
  [ "$stamped_at" -le "$listed_at" ] || listed_at=$stamped_at
  fact updates_listed_at "$listed_at"
}

look_updates_newer() {
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
  facts updates_held "$held"
  facts updates_newer "$newer"
}

# Why apt keeps something back that is neither held nor phased: a full upgrade shows what it would have to remove.
look_updates_full() {
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
  facts updates_full "$full"
}
