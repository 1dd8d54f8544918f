# Restarts services. Can be repeated.
# Inputs: services, with a space between
# Changes: the services run anew
# shellcheck shell=sh
work() {
  set -f
  failed=''
  for service in $MAESTRO_SERVICES; do
    systemctl restart -- "$service" >&2 || failed="$failed $service"
  done
  [ -z "$failed" ] || fail "could not be restarted:$failed"
}
