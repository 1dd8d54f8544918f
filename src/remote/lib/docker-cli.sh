# How remote scripts ask Docker.
# shellcheck shell=sh

has_docker_socket() { [ -n "${DOCKER_HOST-}" ] || [ -e "$MAESTRO_ROOT/var/run/docker.sock" ]; }

# docker_cli ARGUMENT…: as root only where the socket is not ours to use.
docker_cli() {
  docker_socket=$MAESTRO_ROOT/var/run/docker.sock
  set -- docker "$@"
  if [ -z "${DOCKER_HOST-}" ] && [ -e "$docker_socket" ] && [ ! -w "$docker_socket" ]; then set -- as_root "$@"; fi
  within 15 "$@"
}

# Asking a stopped engine through systemd's socket would start it. Prints why it must not be asked, or nothing.
docker_rest() {
  [ -d "$MAESTRO_ROOT/run/systemd/system" ] || return 0
  docker_state=$(systemctl is-active docker.socket docker.service 2>/dev/null) || :
  case $docker_state in
    "active
active" | inactive* | unknown* | '') ;;
    active*) printf 'docker.service is %s\n' "${docker_state#active?}" ;;
  esac
}

# find_compose: sets compose_tool (plugin, standalone, or nothing where there is none) and compose_version. Asks no engine.
find_compose() {
  for compose_tool in plugin standalone; do
    compose_words=$(compose_cli 15 version --short 2>/dev/null) || continue
    compose_version=$(printf '%s\n' "$compose_words" | sed -n 's/^[^0-9]*\([0-9][0-9.]*\).*/\1/p' | head -n 1)
    [ -z "$compose_version" ] || return 0
  done
  compose_tool='' compose_version=''
}

# compose_cli SECONDS ARGUMENT…: of the tool that find_compose has found.
compose_cli() {
  compose_seconds=$1
  shift
  if [ "$compose_tool" = plugin ]; then set -- docker compose "$@"; else set -- docker-compose "$@"; fi
  within "$compose_seconds" "$@"
}
