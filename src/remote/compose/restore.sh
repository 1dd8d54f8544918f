# How services go back to what was deployed before.
# Changes: containers and names of images of the project
# shellcheck shell=sh disable=SC2154 # services/project.sh sets compose_home

# go_back RECORDS: brings up what they name, with the images that it had, and takes away what has come since. Succeeds once
# that is well.
go_back() {
  back_records=$1 back_status=0
  for record in $back_records; do
    reference=$(field 3 "$record")
    id=$(field 4 "$record")
    stand_for "$reference" "$id" || back_status=1
  done
  [ "$back_status" = 0 ] || return 1
  back_revisions=$(printf '%s\n' "$back_records" | cut -d '|' -f 2 | sort -u)
  # What they depend on may be of another revision.
  back_alone=''
  back_count=$(printf '%s\n' "$back_revisions" | wc -l)
  if [ -n "${MAESTRO_SERVICES-}" ] || [ "$back_count" -gt 1 ]; then back_alone=--no-deps; fi
  for revision in $back_revisions; do
    back_services=$(printf '%s\n' "$back_records" | awk -F '|' -v revision="$revision" '$2 == revision { print $1 }')
    # shellcheck disable=SC2086  # names of services
    bring_up "$revision" $back_alone $back_services || back_status=1
  done
  back_services=$(printf '%s\n' "$back_records" | cut -d '|' -f 1)
  # shellcheck disable=SC2086
  await_well $back_services || back_status=1
  return "$back_status"
}

# remove_services SERVICE…: their containers; their volumes stay.
remove_services() {
  remove_lines=$(compose_containers)
  for service; do
    remove_ids=$(printf '%s\n' "$remove_lines" | awk -F '|' -v service="$service" '$1 == service { print substr($2, 2) }')
    # shellcheck disable=SC2086  # names of containers
    [ -z "$remove_ids" ] || docker_cli rm --force $remove_ids
  done
}

field() { printf '%s\n' "$2" | cut -d '|' -f "$1"; }
