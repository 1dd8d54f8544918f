# What the jobs of services have in common.
# Inputs: project
# shellcheck shell=sh disable=SC2154,SC2034 # docker-cli.sh and services/project.sh set what begins with compose_ and services_

say() { printf '%s\n' "$*"; }

compose_begin() {
  compose_paths
  find_compose
  [ -n "$compose_tool" ] || fail 'Docker Compose is not installed'
}

# compose SECONDS REVISION ARGUMENT…
compose() {
  compose_limit=$1 compose_folder=$compose_home/$2
  shift 2
  set -- --project-name "$MAESTRO_PROJECT" --project-directory "$compose_folder" --file "$compose_folder/compose.yml" "$@"
  [ ! -e "$compose_folder/.env" ] || set -- --env-file "$compose_folder/.env" "$@"
  compose_cli "$compose_limit" "$@"
}

# masked REVISION COMMAND…: whatever it says, nothing that the revision's env file keeps is in it.
masked() {
  masked_file=$compose_home/$1/.env
  shift
  exec 4>&1
  masked_status=$({ { masked_code=0 && "$@" 2>&1 || masked_code=$?; printf '%s' "$masked_code" >&3; } | without_values "$masked_file" >&4; } 3>&1)
  exec 4>&-
  return "$masked_status"
}

# without_values FILE: its stdin without the values of that env file; short ones are words like any other.
without_values() {
  values=''
  [ ! -e "$1" ] || values=$(values_in "$1")
  set -f
  IFS='
'
  # shellcheck disable=SC2086  # a value a line
  set -- $values
  unset IFS
  set +f
  while IFS= read -r line || [ -n "$line" ]; do
    # Compose quotes the line of an env file that it cannot read.
    case $line in *'failed to read '*'.env: '*) line="${line%%: *}: it cannot be read" ;; esac
    for value; do line=$(without "$value" "$line"); done
    say "$line"
  done
}

# without VALUE LINE
without() {
  shown='' rest=$2
  while :; do
    case $rest in
      *"$1"*)
        shown="$shown${rest%%"$1"*}[hidden]"
        rest=${rest#*"$1"}
        ;;
      *) break ;;
    esac
  done
  printf '%s\n' "$shown$rest"
}

values_in() {
  sed -n -e 's/\r$//' -e 's/^[[:space:]]*\(export[[:space:]]\{1,\}\)\{0,1\}[A-Za-z_][A-Za-z0-9_.]*[[:space:]]*=[[:space:]]*//p' "$1" |
    sed -e "s/^'\\([^']*\\)'.*/\\1/" -e 's/^"\(.*\)"[^"]*$/\1/' -e 's/[[:space:]]*$//' | grep '^.\{8\}' || :
}
