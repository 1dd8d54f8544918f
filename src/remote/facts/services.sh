# The application's services: Docker Compose, what was rolled out with it, and what runs of it.
# Inputs: project, revision (whose files may be here already; or nothing)
# Facts:
#   compose_tool         plugin or standalone; absent: there is no Compose
#   compose_version
#   services_deployed    each: service|revision|reference|image id|configuration
#   services_before      each, of what was rolled out before that
#   services_staged      yes or no: the files of the revision are here
#   services_asked       each: service|reference|image id|yes or no, whether it was pulled
#   services_container   each: service|name|image id|reference|configuration|state|exit code|health|restart policy|start
# shellcheck shell=sh disable=SC2154 # docker-cli.sh and services/project.sh set what begins with compose_ and services_
look_services() {
  services_paths
  if has docker || has docker-compose; then
    find_compose
    fact compose_tool "$compose_tool"
    fact compose_version "$compose_version"
  fi
  look_services_files
  has docker || return 0
  services_trouble=$(docker_rest)
  if [ -n "$services_trouble" ] || ! has_docker_socket; then return 0; fi
  services_lines=$(services_containers)
  facts services_container "$services_lines"
}

look_services_files() {
  services_tree=''
  if [ -d "$MAESTRO_ROOT/var/lib/maestro" ]; then
    services_tree=$(as_root_if_needed find "$MAESTRO_ROOT/var/lib/maestro" -maxdepth 4 -path "$services_home/*" -type f)
  fi
  services_lines=$(look_services_file deployed)
  facts services_deployed "$services_lines"
  services_lines=$(look_services_file deployed.1)
  facts services_before "$services_lines"
  services_staged=no
  ! look_services_has "$MAESTRO_REVISION/compose.yml" || services_staged=yes
  fact services_staged "$services_staged"
  services_lines=$(look_services_file "$MAESTRO_REVISION/images")
  facts services_asked "$services_lines"
}

look_services_has() {
  case "
$services_tree
" in *"
$services_home/$1
"*) return 0 ;; esac
  return 1
}

look_services_file() { ! look_services_has "$1" || as_root_if_needed head -c 65536 "$services_home/$1"; }
