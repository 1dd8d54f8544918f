# Docker: the engine's version, where it was installed from, and every container.
# Facts:
#   docker_source      docker-ce, docker.io, moby-engine, snap or static; absent: no Docker
#   docker_client
#   docker_server
#   docker_api         the oldest API that the engine still answers
#   docker_component   each that it works with: name version
#   docker_compose     the package's version
#   docker_trouble     why the engine does not answer
#   container          each, a JSON array: name, image, state, health, restart policy, when it was started last
# shellcheck shell=sh
look_docker() {
  has docker || return 0
  docker_source=$(look_docker_source)
  fact docker_source "$docker_source"
  # The client alone: to ask the engine as well would start one that rests. It tells its own version and ends with 1.
  docker_client=$(within 15 env DOCKER_HOST=unix:///nowhere docker version --format '{{.Client.Version}}' 2>/dev/null) || :
  fact docker_client "$docker_client"
  docker_trouble=$(docker_rest)
  if [ -n "$docker_trouble" ]; then
    fact docker_trouble "$docker_trouble"
  elif docker_server=$(docker_cli version --format '{{.Server.Version}}' 2>/dev/null); then
    fact docker_server "$docker_server"
    look_docker_components
    look_docker_containers
  else
    docker_trouble=$(docker_cli version --format '{{.Server.Version}}' 2>&1) || :
    fact docker_trouble "$docker_trouble"
  fi
}

look_docker_source() {
  for package in docker-ce docker.io moby-engine; do
    # shellcheck disable=SC2016  # dpkg-query fills it in
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
      ?i*) printf '%s\n' "$package" && return ;;
    esac
  done
  docker_path=$(command -v docker)
  case $(readlink -f "$docker_path") in
    */snap/* | */snap) echo snap ;;
    *) echo static ;;
  esac
}

# Old engines tell nothing of these.
look_docker_components() {
  components=$(docker_cli version --format 'api {{.Server.MinAPIVersion}}{{println}}{{range .Server.Components}}{{.Name}} {{.Version}}{{println}}{{end}}' 2>/dev/null) || components=''
  docker_api=$(printf '%s\n' "$components" | sed -n 's/^api //p')
  docker_component=$(printf '%s\n' "$components" | sed -n '/^containerd /p; /^runc /p')
  # shellcheck disable=SC2016  # dpkg-query fills it in
  docker_compose=$(dpkg-query -W -f '${Version}\n' docker-compose-plugin docker-compose-v2 2>/dev/null | head -n 1) || :
  fact docker_api "$docker_api"
  facts docker_component "$docker_component"
  fact docker_compose "$docker_compose"
}

# A container may vanish between the list and the question: then once more. In front of `||` the shell ignores `set -e`.
look_docker_containers() {
  containers=$(list_containers) || containers=$(list_containers)
  facts container "$containers"
}

list_containers() {
  ids=$(docker_cli ps -a -q --no-trunc) || return
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086  # a list of ids
  docker_cli inspect --type container --format '[{{json .Name}},{{json .Config.Image}},{{json .State.Status}},{{with .State.Health}}{{json .Status}}{{else}}null{{end}},{{json .HostConfig.RestartPolicy.Name}},{{json .State.StartedAt}}]' $ids
}
