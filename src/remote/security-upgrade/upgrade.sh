# Installs the versions that were planned and nothing else. A detached job, which can be begun anew: what is installed
# by then is left alone.
# Inputs: pins, scope (security, or all packages), allowed (name=version, a line each)
# Changes: the packages; /var/lib/maestro/<run>/<step>.preferences
# shellcheck shell=sh disable=SC2154
work() {
  make_pins "$job_folder/$MAESTRO_JOB_STEP.preferences" "$MAESTRO_PINS"
  await_turn
  only_planned
  # apt changes nothing before it has fetched all.
  say 'downloading and installing'
  upgrade
}

upgrade() {
  with_scope "$job_folder/$MAESTRO_JOB_STEP.preferences" apt_get --no-remove "$@" upgrade --with-new-pkgs
}

# The lists may have changed since they were planned by: what comes new is refused, and nothing is begun.
only_planned() {
  simulated=$(upgrade -s)
  planned=$(printf '%s\n' "$simulated" | sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\{0,1\}(\([^ ]*\) .*/\1=\3/p')
  for one in $planned; do
    printf '%s\n' "$MAESTRO_ALLOWED" | grep -Fxq -e "$one" || fail "$one would be installed, which the plan did not name"
  done
}
