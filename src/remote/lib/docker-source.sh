# Docker's own apt repository, where it is asked for.
# Inputs: docker_repository (the URL that stands in a source of apt, with {id} for ubuntu or debian), docker_key (its text, or the URL that has it)
# Changes: the folder that it is told
# shellcheck shell=sh

# make_docker_source FOLDER KEY: docker.asc, and docker.sources that names the key as KEY.
make_docker_source() {
  codename=$(os_release UBUNTU_CODENAME)
  if [ -n "$codename" ]; then id=ubuntu; else id=$(os_release ID) codename=$(os_release VERSION_CODENAME); fi
  [ -n "$codename" ] || fail 'this release has no code name, which the repository of Docker goes by'
  case $MAESTRO_DOCKER_KEY in
    -----BEGIN*) printf '%s\n' "$MAESTRO_DOCKER_KEY" >"$1/docker.asc" ;;
    *) fetch_docker_key "$(with_id "$MAESTRO_DOCKER_KEY")" "$1/docker.asc" ;;
  esac
  grep -q -e '^-----BEGIN PGP PUBLIC KEY' "$1/docker.asc" || fail 'the key of the repository of Docker is no key in letters (-----BEGIN PGP PUBLIC KEY…)'
  architecture=$(dpkg --print-architecture)
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: stable\nArchitectures: %s\nSigned-By: %s\n' \
    "$(with_id "$MAESTRO_DOCKER_REPOSITORY")" "$codename" "$architecture" "$2" >"$1/docker.sources"
}

# fetch_docker_key URL FILE
fetch_docker_key() {
  words=$(within 30 /usr/lib/apt/apt-helper -q -o Acquire::http::Timeout=20 -o APT::Sandbox::User=root download-file "$1" "$2" 2>&1) ||
    fail "$1 cannot be had: $(printf '%s\n' "$words" | grep '^E:' | tail -n 1)"
}

# One URL for Ubuntu and Debian.
with_id() { printf '%s' "$1" | sed "s/{id}/$id/"; }

os_release() { sed -n "s/^$1=//p" "$MAESTRO_ROOT/etc/os-release" | tr -d \"\'; }

# stage_docker_source FOLDER: what that repository has, in lists of their own. Sets the options of apt for them.
stage_docker_source() {
  mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
  make_docker_source "$1" "$1/docker.asc"
  docker_source_options="-o Dir::Etc::SourceList=$1/docker.sources -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$1/lists"
  docker_source_options="$docker_source_options -o Dir::Cache=$1/cache -o APT::Sandbox::User=root -o Acquire::http::Timeout=20"
  # shellcheck disable=SC2086  # a word each
  words=$(within 40 apt-get -q $docker_source_options update 2>&1) || :
  # Of an archive that cannot be had apt may only warn.
  trouble=$(printf '%s\n' "$words" | grep -m 1 '^[EW]: ') || trouble=''
  [ -z "$trouble" ] || fail "$MAESTRO_DOCKER_REPOSITORY: $trouble"
}
