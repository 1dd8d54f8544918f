# Brings up the services of a revision whose images are here, and waits until they are well. Where they are not, it goes back
# to what was deployed. Can be repeated.
# Inputs: project, revision, services (those alone; nothing: all), again (those that are made anew though nothing has changed
#   of them), timeout_seconds, roll_back (yes or no), keep (how many old ones stay)
# Changes: containers, networks and images of Docker; /var/lib/maestro/services/<project>/
# Exit codes: 0 they are well; 1 nothing was changed; 3 they were not, and it went back; 4 they are not
# shellcheck shell=sh disable=SC2154 # services/*.sh set what begins with services_
work() {
  compose_begin
  asked=$(awk -F '|' -v wanted=" $MAESTRO_SERVICES " 'wanted ~ /^ *$/ || index(wanted, " " $1 " ")' \
    "$compose_home/$MAESTRO_REVISION/images") || fail "the images of revision $MAESTRO_REVISION are not known"
  names=$(printf '%s\n' "$asked" | cut -d '|' -f 1)
  old=''
  [ ! -e "$compose_home/deployed" ] || old=$(cat "$compose_home/deployed")
  for image in $asked; do
    reference=$(field 2 "$image")
    id=$(field 3 "$image")
    stand_for "$reference" "$id" || fail 'nothing was changed'
  done
  if roll_out && keep_deployed "$deployed"; then
    forget_old
    return 0
  fi
  why=${await_trouble:-Docker Compose did not bring it up}
  undo
}

# leave CODE WORDS…: why it failed comes last, where it is read.
leave() {
  leave_code=$1
  shift
  say "$*"
  say_why "$why"
  exit "$leave_code"
}

roll_out() {
  # shellcheck disable=SC2086  # names of services
  bring_up "$MAESTRO_REVISION" ${MAESTRO_SERVICES:+--no-deps $MAESTRO_SERVICES} || return 1
  if [ -n "$MAESTRO_AGAIN" ]; then
    # shellcheck disable=SC2086
    bring_up "$MAESTRO_REVISION" --no-deps --force-recreate $MAESTRO_AGAIN || return 1
  fi
  # shellcheck disable=SC2086
  await_well $names || return 1
  deployed=$(printf '%s\n' "$await_census" | awk -F '|' -v revision="$MAESTRO_REVISION" -v wanted=" $(printf '%s' "$names" | tr '\n' ' ') " '
    index(wanted, " " $1 " ") { print $1 "|" revision "|" $4 "|" $3 "|" $5 }' | sort -u)
  runs_as_asked || return 1
  [ -z "$MAESTRO_SERVICES" ] || deployed=$(printf '%s\n%s\n' "$deployed" "$(others_of "$old")" | grep .)
}

# A container of another image than the one that was brought for its service.
runs_as_asked() {
  for record in $deployed; do
    service=$(field 1 "$record")
    id=$(field 4 "$record")
    wanted_id=$(printf '%s\n' "$asked" | awk -F '|' -v service="$service" '$1 == service { print $3 }')
    if [ "$id" != "$wanted_id" ]; then
      await_trouble="failed: $service runs $id, not $wanted_id, which was asked for"
      return 1
    fi
  done
}

# others_of RECORDS: those of services that are not touched.
others_of() {
  printf '%s\n' "$1" | awk -F '|' -v wanted=" $MAESTRO_SERVICES " '$1 != "" && index(wanted, " " $1 " ") == 0'
}

undo() {
  [ "$MAESTRO_ROLL_BACK" = yes ] || leave 4 'it stays as it is'
  back=$old
  [ -z "$MAESTRO_SERVICES" ] ||
    back=$(printf '%s\n' "$old" | awk -F '|' -v wanted=" $MAESTRO_SERVICES " 'index(wanted, " " $1 " ")')
  [ -n "$back" ] || leave 4 'there is nothing to go back to'
  say 'going back to what was deployed'
  new=''
  for service in $names; do case "
$back" in *"
$service|"*) ;; *) new="$new $service" ;; esac done
  # shellcheck disable=SC2086
  if go_back "$back" && remove_services $new; then leave 3 'what was deployed is back and well'; fi
  leave 4 'what was deployed is not well either'
}
