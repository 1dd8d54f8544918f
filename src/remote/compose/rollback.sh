# Goes back to what was deployed before, with the images that it had, and waits until that is well. Can be repeated.
# Inputs: project, records (what deployed.1 must say), timeout_seconds
# Changes: containers, networks and names of images of Docker; /var/lib/maestro/services/<project>/
# Exit codes: 0 it is well; 1 nothing was changed; 4 it is not well
# shellcheck shell=sh disable=SC2154 # services/*.sh set what begins with services_
work() {
  compose_begin
  before=$(cat "$compose_home/deployed.1") || fail 'there is nothing to go back to'
  [ "$before" = "$MAESTRO_RECORDS" ] || fail 'what was deployed before is not what the plan says'
  since=$(cut -d '|' -f 1 "$compose_home/deployed")
  if ! go_back "$before"; then
    say_why "${await_trouble:-Docker Compose did not bring it up}"
    exit 4
  fi
  gone=''
  for service in $since; do case "
$before" in *"
$service|"*) ;; *) gone="$gone $service" ;; esac done
  # shellcheck disable=SC2086  # names of services
  remove_services $gone
  cp "$compose_home/deployed.1" "$compose_home/deployed.new"
  mv "$compose_home/deployed.new" "$compose_home/deployed"
}
