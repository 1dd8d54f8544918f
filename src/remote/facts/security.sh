# What an upgrade would install: apt's own simulation, for a security upgrade under pins that let in security versions,
# dependencies from the release, and nothing else. No root and no lock; the pins lie in a folder in memory for as long as this takes.
# Inputs: pins, scope (security, or all packages)
# Changes: a folder of its own, which is taken away again
# Facts:
#   security_source  each line of apt-cache's list of sources, under the pins of a security upgrade
#   security_inst    each package that apt would upgrade or add
#   security_bytes   to be downloaded
# shellcheck shell=sh
facts_security() {
  if ! has apt-get || ! has dpkg-query; then fail 'this system has no apt'; fi
  place=${TMPDIR:-/tmp}
  [ ! -w /dev/shm ] || place=/dev/shm
  folder=$(mktemp -d "$place/maestro.XXXXXX")
  trap 'rm -rf "$folder"' EXIT
  pins=$folder/preferences
  make_pins "$pins" "$MAESTRO_PINS"
  if [ "$MAESTRO_SCOPE" = security ]; then
    sources=$(read_apt apt-cache -o "Dir::Etc::Preferences=$pins" policy)
    sources=$(printf '%s\n' "$sources" | sed -n '/^ *-\{0,1\}[0-9]/p; /^ *release /p')
    facts security_source "$sources"
  fi
  simulated=$(under_pins -s upgrade --with-new-pkgs)
  simulated=$(printf '%s\n' "$simulated" | sed -n '/^Inst /p')
  facts security_inst "$simulated"
  bytes=$(under_pins -y --print-uris upgrade --with-new-pkgs | awk '/^.[a-z+]*:/ && $3 ~ /^[0-9]+$/ { sum += $3 } END { printf "%.0f", sum }')
  fact security_bytes "$bytes"
}

under_pins() {
  with_scope "$pins" read_apt apt-get -q "$@"
}
