# Fetches the packages of Docker that were planned, and keeps those that are installed for the way back, before anything is
# stopped. A detached job, which can be begun anew.
# Inputs: packages (name=version, a line each), kept (name=version of what is installed, a line each; empty: nothing is),
#   must_keep (yes, or no: where they cannot be had it goes on without)
# Changes: /var/lib/maestro/docker/{new,back}
# shellcheck shell=sh disable=SC2154
work() {
  docker_place=$MAESTRO_ROOT/var/lib/maestro/docker
  await_turn
  fetch_new
  if [ -n "$MAESTRO_KEPT" ] && ! is_kept; then keep_back; fi
}

fetch_new() {
  rm -rf "$docker_place/new"
  mkdir -p "$docker_place/new/partial"
  only_planned
  say 'fetching the packages'
  # shellcheck disable=SC2086  # a word each
  from_archive --download-only install $MAESTRO_PACKAGES
}

from_archive() {
  apt_get --no-remove --no-install-recommends --allow-downgrades --allow-change-held-packages -o APT::Sandbox::User=root \
    -o "Dir::Cache::Archives=$docker_place/new" "$@"
}

# What they newly depend on comes with them; another package that is installed already is not touched.
only_planned() {
  # shellcheck disable=SC2086  # a word each
  simulated=$(from_archive -s install $MAESTRO_PACKAGES) || {
    printf '%s\n' "$simulated"
    why=$(printf '%s\n' "$simulated" | grep -m 1 -E '(Depends|Breaks|Conflicts): ' | sed 's/^ *//') || :
    fail "E: apt cannot install them: ${why:-$(tail -n 1 "$job_log")}"
  }
  others=$(printf '%s\n' "$simulated" | sed -n 's/^Inst \([^ ]*\) \[[^]]*\] (\([^ ]*\) .*/\1=\2/p')
  for one in $others; do
    printf '%s\n' "$MAESTRO_PACKAGES" | grep -Fxq -e "$one" || fail "$one would be installed, which the plan did not name"
  done
}

is_kept() {
  [ -e "$docker_place/back/versions" ] || return 1
  wanted=$(printf '%s\n' "$MAESTRO_KEPT" | sed 's/=/|/' | sort)
  have=$(sort "$docker_place/back/versions")
  [ "$wanted" = "$have" ]
}

keep_back() {
  say 'keeping the installed packages for the way back'
  rm -rf "$docker_place/back.new"
  mkdir -p "$docker_place/back.new"
  for one in $MAESTRO_KEPT; do
    keep_one "$one" "$(file_of "$one")" && continue
    # What is kept from an earlier upgrade would be a way to somewhere else.
    rm -rf "$docker_place/back" "$docker_place/back.new"
    [ "$MAESTRO_MUST_KEEP" = no ] ||
      fail "$one, which is installed, cannot be had any more, so that there would be no way back: --no-rollback goes without"
    say "$one cannot be had any more: there will be no way back"
    return 0
  done
  printf '%s\n' "$MAESTRO_KEPT" | sed 's/=/|/' >"$docker_place/back.new/versions"
  rm -rf "$docker_place/back"
  mv "$docker_place/back.new" "$docker_place/back"
}

# The name that apt gives a package's file.
file_of() { printf '%s_%s' "${1%%=*}" "$(printf '%s' "${1#*=}" | sed 's/:/%3a/g')"; }

# keep_one NAME=VERSION FILE: from where it lies, else from the archive, which may have given it up.
keep_one() {
  for file in "$docker_place/back/$2"_*.deb "$MAESTRO_ROOT/var/cache/apt/archives/$2"_*.deb; do
    if [ -e "$file" ]; then
      cp -p "$file" "$docker_place/back.new/"
      return 0
    fi
  done
  (cd "$docker_place/back.new" && apt_get -o APT::Sandbox::User=root download "$1")
}
