# Docker: the engine's version, where it was installed from, and every container.
# Facts:
#   docker_source   docker-ce, docker.io, moby-engine, snap or static; absent: no Docker
#   docker_client
#   docker_server
#   docker_trouble  why the engine does not answer
#   container       each, a JSON array: name, image, state, health, restart policy, when it was started last
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
