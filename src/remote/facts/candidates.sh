# Docker's packages: what is installed, what apt offers, and what lies ready for the way back. Where Docker's repository is
# asked for and apt has none, what it offers is fetched into a folder in memory for as long as this takes.
# Inputs: docker_repository, docker_key (both empty: apt's own sources alone)
# Changes: a folder of its own, which is taken away again
# Facts:
#   candidates_package    each that is installed: name|version|dpkg's state
#   candidates_our_hold   each package that maestro itself holds
#   candidates_version    each version, 300 at most of a package: name|version
#   candidates_candidate  each: name|the version that apt would install
#   candidates_staged     yes: these are of the repository that is asked for, which apt does not have yet
#   candidates_kept       each package that lies ready for the way back: name|version
# shellcheck shell=sh
facts_candidates() {
  if ! has apt-cache || ! has dpkg-query; then fail 'this system has no apt'; fi
  candidates_names='docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin docker-ce-rootless-extras
    docker.io docker-cli containerd runc docker-buildx docker-compose docker-compose-v2'
  facts_candidates_packages
  facts_candidates_versions
}

facts_candidates_packages() {
  # A name that dpkg has never heard of is no error of ours.
  # shellcheck disable=SC2016,SC2086  # dpkg-query fills these in; a list of names
  packages=$(dpkg-query -W -f '${Package}|${Version}|${db:Status-Abbrev}\n' $candidates_names 2>/dev/null) || :
  packages=$(printf '%s\n' "$packages" | awk -F '|' '$3 ~ /^.[^nc]/')
  facts candidates_package "$packages"
  ours=$(facts_candidates_ours held)
  facts candidates_our_hold "$ours"
  kept=$(facts_candidates_ours back/versions)
  facts candidates_kept "$kept"
}

# What maestro itself has left here: only root can see whether it is there.
facts_candidates_ours() {
  [ -d "$MAESTRO_ROOT/var/lib/maestro" ] || return 0
  candidates_file=$MAESTRO_ROOT/var/lib/maestro/docker/$1
  entries=$(as_root_if_needed find "$MAESTRO_ROOT/var/lib/maestro" -maxdepth 3 -path "$candidates_file")
  [ -z "$entries" ] || as_root_if_needed head -c 10000 "$candidates_file"
}

facts_candidates_versions() {
  list_offers
  if [ -n "${MAESTRO_DOCKER_REPOSITORY-}" ] && ! printf '%s\n' "$offers" | grep -q '^docker-ce|'; then
    place=${TMPDIR:-/tmp}
    [ ! -w /dev/shm ] || place=/dev/shm
    folder=$(mktemp -d "$place/maestro.XXXXXX")
    trap 'rm -rf "$folder"' EXIT
    stage_docker_source "$folder"
    # shellcheck disable=SC2086,SC2154  # a word each
    list_offers $docker_source_options
    fact candidates_staged yes
  fi
  facts candidates_version "$offers"
  facts candidates_candidate "$candidates"
}

# list_offers OPTIONS…: sets what apt knows.
list_offers() {
  # shellcheck disable=SC2086  # a list of names
  offers=$(read_apt apt-cache "$@" madison $candidates_names 2>/dev/null) || :
  offers=$(printf '%s\n' "$offers" | awk -F ' *[|] *' '/ Packages$/ {
    sub(/^ */, "", $1)
    if (!seen[$1 "|" $2]++ && ++count[$1] <= 300) print $1 "|" $2
  }')
  # shellcheck disable=SC2086
  candidates=$(read_apt apt-cache "$@" policy $candidates_names)
  candidates=$(printf '%s\n' "$candidates" | awk '
    /^[^ ]/ { name = $1; sub(/:$/, "", name) }
    /^  Candidate: / && $2 != "(none)" { print name "|" $2 }')
}
