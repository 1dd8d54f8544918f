# Changes Docker's packages in one transaction, with all that runs in it before running after; where that fails it goes back
# to the packages that are kept, by itself and without a network. A detached job, which can be begun anew.
# Inputs: packages (name=version, a line each), source (new: those that were fetched; back: those that are kept),
#   may_go_back (yes, or no), holds (names of what is held from then on, with a space between)
# Changes: the packages, Docker and its containers; /var/lib/maestro/docker; /var/lib/maestro/<run>/<step>.{end,files,times}
# shellcheck shell=sh disable=SC2154
work() {
  docker_place=$MAESTRO_ROOT/var/lib/maestro/docker
  reason=''
  await_turn
  keep_files
  know_running
  if change_by "install_$MAESTRO_SOURCE"; then
    hold_packages
    [ "$MAESTRO_SOURCE" = back ] || rm -rf "$docker_place/new"
    tell_end upgraded
    return 0
  fi
  say "$reason"
  first=$reason
  [ "$MAESTRO_MAY_GO_BACK" = yes ] || fail "$first"
  say 'going back to the packages that were there before'
  change_by install_back || fail "$first; and on the way back: $reason"
  [ ! -e "$docker_place/held" ] || hold_packages
  tell_end back "$first"
}

# change_by INSTALL: everything around that one transaction. Sets `reason`.
change_by() {
  stop_engine
  "$1" || {
    start_engine || :
    return 1
  }
  start_engine && bring_back
}

# The transaction of the plan, with what was fetched; a package of a folder of this server is read where it lies.
install_new() {
  [ -n "$MAESTRO_PACKAGES" ] || return 0
  say 'installing'
  # shellcheck disable=SC2086  # a word each
  apt_get --no-remove --no-install-recommends --allow-downgrades --allow-change-held-packages \
    -o APT::Sandbox::User=root -o "Dir::Cache::Archives=$docker_place/new" install $MAESTRO_PACKAGES && return 0
  reason="apt-get could not install them: $(tail -n 200 "$job_log" | grep -e '^E: ' -e '^dpkg: error' | tail -n 1)"
  return 1
}

# dpkg asks no lists, which may have given these versions up.
install_back() {
  say 'installing the packages that are kept'
  # Also what an attempt before left half done is configured by this.
  DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical NEEDRESTART_SUSPEND=1 \
    dpkg --force-confdef --force-confold --force-downgrade -i "$docker_place/back/"*.deb </dev/null && return 0
  reason='dpkg could not install them'
  return 1
}

# An apt-get upgrade of somebody else, or of the night, leaves them alone from then on; ours are known by this list.
hold_packages() {
  # shellcheck disable=SC2086  # a list of names
  apt-mark hold $MAESTRO_HOLDS >/dev/null || say 'the packages cannot be held'
  printf '%s\n' "$MAESTRO_HOLDS" | tr ' ' '\n' >"$docker_place/held"
}

# What was put there by hand stays; a copy of it is at hand in case that it does not.
keep_files() {
  files=$job_folder/$MAESTRO_JOB_STEP.files
  [ ! -d "$files" ] || return 0
  mkdir -p "$files.new"
  for path in etc/docker etc/containerd etc/default/docker etc/apt/keyrings etc/apt/sources.list.d \
    etc/systemd/system/docker.service.d etc/systemd/system/containerd.service.d usr/local/bin/weave; do
    [ ! -e "$MAESTRO_ROOT/$path" ] || (cd "$MAESTRO_ROOT/" && find "$path" -type f -exec cp -p --parents {} "$files.new/" \;)
  done
  mv "$files.new" "$files"
}

# Where nobody could say what runs, since the engine was down, it is what ran before the last change.
know_running() {
  running=$MAESTRO_RUNNING
  if [ -n "$running" ]; then
    printf '%s\n' "$running" >"$docker_place/running"
  elif [ "$MAESTRO_SOURCE" = back ] && [ -e "$docker_place/running" ]; then
    running=$(cat "$docker_place/running")
  fi
}

# tell_end HOW [WHY]
tell_end() {
  printf '%s\n%s\n' "$1" "${2-}" >"$job_folder/$MAESTRO_JOB_STEP.end.new"
  mv "$job_folder/$MAESTRO_JOB_STEP.end.new" "$job_folder/$MAESTRO_JOB_STEP.end"
}

# After a kill in the middle: the timers, and Docker with what comes up by itself.
work_ended() {
  start_timers
  systemctl start docker.service 2>/dev/null || :
}
