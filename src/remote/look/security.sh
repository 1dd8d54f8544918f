# What a security upgrade would install: apt's own simulation under pins that let in security versions, dependencies from the
# release, and nothing else. No root and no lock; the pins lie in a folder in memory for as long as this takes.
# Inputs: pins
# Changes: a folder of its own, which is taken away again
# Facts:
#   security_source  each line of apt-cache's list of sources, under the pins
#   security_inst    each package that apt would upgrade or add
#   security_bytes   to be downloaded
# shellcheck shell=sh
look_security() {
  if ! has apt-get || ! has dpkg-query; then fail 'this system has no apt'; fi
  place=${TMPDIR:-/tmp}
  [ ! -w /dev/shm ] || place=/dev/shm
  folder=$(mktemp -d "$place/maestro.XXXXXX")
  trap 'rm -rf "$folder"' EXIT
  pins=$folder/preferences
  make_pins "$pins" "$MAESTRO_PINS"
  sources=$(read_apt apt-cache -o "Dir::Etc::Preferences=$pins" policy)
  sources=$(printf '%s\n' "$sources" | sed -n '/^ *-\{0,1\}[0-9]/p; /^ *release /p')
  facts security_source "$sources"
  simulated=$(under_pins -s upgrade --with-new-pkgs)
  simulated=$(printf '%s\n' "$simulated" | sed -n '/^Inst /p')
  facts security_inst "$simulated"
  bytes=$(under_pins -y --print-uris upgrade --with-new-pkgs | awk '/^.[a-z+]*:/ && $3 ~ /^[0-9]+$/ { sum += $3 } END { printf "%.0f", sum }')
  fact security_bytes "$bytes"
}

under_pins() {
  read_apt apt-get -q -o "Dir::Etc::Preferences=$pins" -o APT::Default-Release= \
    -o APT::Get::Always-Include-Phased-Updates=true "$@"
}
