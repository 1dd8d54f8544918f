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
facts_docker() {
  has docker || return 0
  docker_source=$(facts_docker_source)
  fact docker_source "$docker_source"
  docker_trouble=$(docker_rest)
  if [ -z "$docker_trouble" ] && facts_docker_versions; then
    facts_docker_containers
    return
  fi
  # The client alone: to ask the engine as well would start one that rests. It tells its own version and ends with 1.
  docker_client=$(within 15 env DOCKER_HOST=unix:///nowhere docker version --format '{{.Client.Version}}' 2>/dev/null) || :
  fact docker_client "$docker_client"
  [ -n "$docker_trouble" ] || docker_trouble=$(docker_cli version --format '{{.Server.Version}}' 2>&1) || :
  fact docker_trouble "$docker_trouble"
}

# An engine that is too old for one of the words gives no answer at all.
facts_docker_versions() {
  own='client {{.Client.Version}}{{println}}server {{.Server.Version}}'
  all="$own{{println}}api {{.Server.MinAPIVersion}}{{range .Server.Components}}{{println}}{{.Name}} {{.Version}}{{end}}"
  versions=$(docker_cli version --format "$all" 2>/dev/null) || versions=$(docker_cli version --format "$own" 2>/dev/null) || return
  case $versions in *'
server '?*) ;; *) return 1 ;; esac
  printf '%s\n' "$versions" | while read -r what version; do
    case $what in
      client) fact docker_client "$version" ;;
      server) fact docker_server "$version" ;;
      api) fact docker_api "$version" ;;
      containerd | runc) fact docker_component "$what $version" ;;
    esac
  done
  # shellcheck disable=SC2016  # dpkg-query fills it in
  docker_compose=$(dpkg-query -W -f '${Version}\n' docker-compose-plugin docker-compose-v2 2>/dev/null | head -n 1) || :
  fact docker_compose "$docker_compose"
}

facts_docker_source() {
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
facts_docker_containers() {
  containers=$(list_containers) || containers=$(list_containers)
  facts container "$containers"
}

list_containers() {
  ids=$(docker_cli ps -a -q --no-trunc) || return
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086  # a list of ids
  docker_cli inspect --type container --format '[{{json .Name}},{{json .Config.Image}},{{json .State.Status}},{{with .State.Health}}{{json .Status}}{{else}}null{{end}},{{json .HostConfig.RestartPolicy.Name}},{{json .State.StartedAt}}]' $ids
}
