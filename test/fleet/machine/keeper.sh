#!/bin/bash
# Waits until the process that owns the fleet is gone, however it went, and then puts the fleet away.
#   keeper.sh PID
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"

main() {
  tail --pid="$1" -f /dev/null
  # Out of the fleet's cgroup first: `down` kills everything in there.
  echo $$ >"$cgroup_root/cgroup.procs"
  exec "$here/fleet.sh" down
}

main "$@"
