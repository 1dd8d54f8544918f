# The application's services: Docker Compose, what was rolled out with it, and what runs of it.
# Inputs: project, revision (whose files may be here already; or nothing)
# Facts:
#   compose_tool         plugin or standalone; absent: there is no Compose
#   compose_version
#   compose_deployed    each: service|revision|reference|image id|configuration
#   compose_before      each, of what was rolled out before that
#   compose_staged      yes or no: the files of the revision are here
#   compose_asked       each: service|reference|image id|yes or no, whether it was pulled
#   compose_container   each: service|name|image id|reference|configuration|state|exit code|health|restart policy|start
# shellcheck shell=sh disable=SC2154 # docker-cli.sh and services/project.sh set what begins with compose_ and services_
facts_compose() {
  compose_paths
  if has docker || has docker-compose; then
    find_compose
    fact compose_tool "$compose_tool"
    fact compose_version "$compose_version"
  fi
  facts_compose_files
  has docker || return 0
  compose_trouble=$(docker_rest)
  if [ -n "$compose_trouble" ] || ! has_docker_socket; then return 0; fi
  compose_lines=$(compose_containers)
  facts compose_container "$compose_lines"
}

facts_compose_files() {
  compose_tree=''
  if [ -d "$MAESTRO_ROOT/var/lib/maestro" ]; then
    compose_tree=$(as_root_if_needed find "$MAESTRO_ROOT/var/lib/maestro" -maxdepth 4 -path "$compose_home/*" -type f)
  fi
  compose_lines=$(facts_compose_file deployed)
  facts compose_deployed "$compose_lines"
  compose_lines=$(facts_compose_file deployed.1)
  facts compose_before "$compose_lines"
  compose_staged=no
  ! facts_compose_has "$MAESTRO_REVISION/compose.yml" || compose_staged=yes
  fact compose_staged "$compose_staged"
  compose_lines=$(facts_compose_file "$MAESTRO_REVISION/images")
  facts compose_asked "$compose_lines"
}

facts_compose_has() {
  case "
$compose_tree
" in *"
$compose_home/$1
"*) return 0 ;; esac
  return 1
}

facts_compose_file() { ! facts_compose_has "$1" || as_root_if_needed head -c 65536 "$compose_home/$1"; }
