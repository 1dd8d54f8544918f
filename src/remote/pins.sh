# apt's preferences for a security upgrade.
# Changes: the file that make_pins is told
# shellcheck shell=sh

# make_pins FILE TEXT: what the administrator prefers stands first, for the first that matches wins. A repository whose
# Release file names no suite is matched by its host alone.
make_pins() {
  theirs=$MAESTRO_ROOT/etc/apt/preferences
  if [ -e "$theirs" ]; then contents "$theirs" >"$1"; else : >"$1"; fi
  printf '\n%s\n' "$2" >>"$1"
  policy=$(apt-cache policy)
  hosts=$(printf '%s\n' "$policy" | awk '
    /^ *release / { isNameless = $0 !~ /(^| |,)a=/ }
    /^ *origin / { if (isNameless && $2 != "") print $2; isNameless = 0 }' | sort -u)
  for host in $hosts; do printf '\nPackage: *\nPin: origin "%s"\nPin-Priority: -1\n' "$host" >>"$1"; done
}
