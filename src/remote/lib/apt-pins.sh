# apt's preferences for an upgrade.
# Inputs: scope (security, or all packages)
# Changes: the file that make_pins is told
# shellcheck shell=sh

# make_pins FILE TEXT: what the administrator prefers stands first, for the first that matches wins. A repository whose
# Release file names no suite is matched by its host alone.
make_pins() {
  theirs=$MAESTRO_ROOT/etc/apt/preferences
  if [ -e "$theirs" ]; then contents "$theirs" >"$1"; else : >"$1"; fi
  printf '\n%s\n' "$2" >>"$1"
  [ "$MAESTRO_SCOPE" = security ] || return 0
  policy=$(apt-cache policy)
  hosts=$(printf '%s\n' "$policy" | awk '
    /^ *release / { isNameless = $0 !~ /(^| |,)a=/ }
    /^ *origin / { if (isNameless && $2 != "") print $2; isNameless = 0 }' | sort -u)
  for host in $hosts; do printf '\nPackage: *\nPin: origin "%s"\nPin-Priority: -1\n' "$host" >>"$1"; done
}

# with_scope PINS COMMAND…: runs a command of apt with the options that the scope has for it. A security fix is taken though
# it is phased; with all packages the server takes its turn.
with_scope() {
  scope_pins=$1
  shift
  if [ "$MAESTRO_SCOPE" = security ]; then
    set -- "$@" -o APT::Default-Release= -o APT::Get::Always-Include-Phased-Updates=true
  fi
  "$@" -o "Dir::Etc::Preferences=$scope_pins"
}
