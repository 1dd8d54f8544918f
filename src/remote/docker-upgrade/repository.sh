# Sets up Docker's own apt repository, and fetches its lists. Can be repeated.
# Inputs: docker_repository, docker_key
# Changes: /etc/apt/keyrings/docker.asc, /etc/apt/sources.list.d/docker.sources, apt's lists
# shellcheck shell=sh
work() {
  keyrings=$MAESTRO_ROOT/etc/apt/keyrings
  sources=$MAESTRO_ROOT/etc/apt/sources.list.d
  mkdir -p "$MAESTRO_ROOT/var/lib/maestro/docker"
  folder=$(mktemp -d "$MAESTRO_ROOT/var/lib/maestro/docker/source.XXXXXX")
  trap 'rm -rf "$folder"' EXIT
  make_docker_source "$folder" /etc/apt/keyrings/docker.asc
  # apt reads them as a user of its own.
  (umask 022 && mkdir -p "$keyrings" "$sources")
  chmod 644 "$folder/docker.asc" "$folder/docker.sources"
  mv -f "$folder/docker.asc" "$keyrings/docker.asc"
  mv -f "$folder/docker.sources" "$sources/docker.sources"
  words=$(apt_get update 2>&1) || fail "apt-get update: $(printf '%s\n' "$words" | grep -m 1 '^E: ')"
}
