# How systemd fares, and who keeps the server from shutting down.
# Facts:
#   systemd_state      in its own words: running, degraded, …; none where it is not the init
#   systemd_run        yes or no: transient units can be made
#   systemd_failed     each unit
#   systemd_inhibitor  each: who blocks a shutdown, and why
# shellcheck shell=sh
facts_systemd() {
  if [ ! -d "$MAESTRO_ROOT/run/systemd/system" ]; then
    fact systemd_state none
    fact systemd_run no
    return 0
  fi
  # It exits 1 for all but running.
  state=$(within 10 systemctl is-system-running || true)
  run=no
  if has systemd-run; then run=yes; fi
  failed=$(within 10 systemctl list-units --failed --plain --no-legend)
  failed=$(printf '%s\n' "$failed" | cut -d ' ' -f 1)
  fact systemd_state "$state"
  fact systemd_run "$run"
  facts systemd_failed "$failed"
  if has systemd-inhibit; then
    inhibitors=$(within 10 systemd-inhibit --list --no-pager | grep -w shutdown | grep -w block || true)
    facts systemd_inhibitor "$inhibitors"
  fi
}
