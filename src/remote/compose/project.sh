# The files of a project of Docker Compose on this server, and its containers.
# Inputs: project
# shellcheck shell=sh disable=SC2034

# Sets compose_home, which is root's alone:
#   REVISION/compose.yml, REVISION/.env   as they were uploaded
#   REVISION/images                       what its services are to run: service|reference|image id|yes, or no: not pulled
#   deployed                              what was rolled out: service|revision|reference|image id|configuration
#   deployed.1, deployed.2 …              what was before it; deployed.1 says the same once it was gone back to
compose_paths() { compose_home=$MAESTRO_ROOT/var/lib/maestro/services/$MAESTRO_PROJECT; }

# Each container, a line: service|name|image id|reference|configuration|state|exit code|health|restart policy|start. One may
# vanish between the list and the question: then once more.
compose_containers() { compose_list || compose_list; }

compose_list() {
  compose_ids=$(docker_cli ps -a -q --no-trunc --filter "label=com.docker.compose.project=$MAESTRO_PROJECT" \
    --filter label=com.docker.compose.oneoff=False) || return
  [ -n "$compose_ids" ] || return 0
  compose_label='index .Config.Labels "com.docker.compose'
  # shellcheck disable=SC2086  # a list of ids
  docker_cli inspect --type container --format "{{$compose_label.service\"}}|{{.Name}}|{{.Image}}|{{.Config.Image}}|{{$compose_label.config-hash\"}}|{{.State.Status}}|{{.State.ExitCode}}|{{with .State.Health}}{{.Status}}{{end}}|{{.HostConfig.RestartPolicy.Name}}|{{.State.StartedAt}}" $compose_ids
}
