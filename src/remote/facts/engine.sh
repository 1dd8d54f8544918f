# The engine that runs, as far as an upgrade of it is foreseen by, and what was put beside it by hand.
# Facts:
#   engine_info      a JSON array of what docker info says
#   engine_api       the oldest API that it still answers
#   engine_socket    each container that talks to Docker: name (image)
#   engine_fleeting  each container that is gone once it stops
#   engine_config    each line of daemon.json
#   engine_file      each file that was put there by hand
#   engine_room      df's line of where the containers live
#   engine_in_lxc    yes or no
# shellcheck shell=sh
facts_engine() {
  facts_engine_files
  in_lxc=no
  case $(systemd-detect-virt --container 2>/dev/null || :) in lxc*) in_lxc=yes ;; esac
  fact engine_in_lxc "$in_lxc"
  if has docker && [ -z "$(docker_rest)" ]; then facts_engine_answers; fi
}

facts_engine_files() {
  etc=$MAESTRO_ROOT/etc
  found=$(find "$etc/docker" "$etc/containerd" "$etc/default/docker" "$etc/apt/keyrings" "$etc/apt/sources.list.d" \
    "$etc/systemd/system/docker.service" "$etc/systemd/system/docker.service.d" "$etc/systemd/system/containerd.service.d" \
    "$MAESTRO_ROOT/usr/local/bin/weave" -maxdepth 2 -type f 2>/dev/null) || :
  found=$(printf '%s\n' "$found" | grep -e /docker -e containerd -e /weave | head -n 50) || :
  facts engine_file "$found"
  config=$etc/docker/daemon.json
  if [ -e "$config" ]; then
    text=$(as_root_if_needed head -c 65536 "$config")
    facts engine_config "$text"
  fi
}

# The client's info comes without an error also where nobody answers, and tells nothing then: the version does not.
facts_engine_answers() {
  api=$(docker_cli version --format '{{.Server.MinAPIVersion}}' 2>/dev/null) || return 0
  # The folder comes last, so that it can be told apart.
  info=$(docker_cli info --format '[{{json .Driver}},{{json .DriverStatus}},{{json .LiveRestoreEnabled}},{{json .Swarm.LocalNodeState}},{{json .Swarm.ControlAvailable}},{{json .CgroupDriver}},{{json .DockerRootDir}}]')
  fact engine_info "$info"
  fact engine_api "$api"
  data_root=${info##*,\"}
  room=$(within 10 df -P -k "${data_root%\"]}") && fact engine_room "$(printf '%s\n' "$room" | tail -n 1)"
  told=$(list_engine_containers) || told=$(list_engine_containers)
  facts engine_socket "$(printf '%s\n' "$told" | sed -n 's/^socket[^|]*|\/*//p')"
  facts engine_fleeting "$(printf '%s\n' "$told" | sed -n 's/^[^|]*fleeting|\/*//p')"
}

# A container may vanish between the list and the question.
list_engine_containers() {
  ids=$(docker_cli ps -q --no-trunc) || return
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086  # a list of ids
  docker_cli inspect --type container --format '{{range .Mounts}}{{if or (eq .Source "/var/run/docker.sock") (eq .Source "/run/docker.sock") (eq .Source "/var/run") (eq .Source "/run")}}socket{{end}}{{end}}{{if .HostConfig.AutoRemove}}fleeting{{end}}|{{.Name}} ({{.Config.Image}})' $ids
}
