# How Docker is stopped and started around a change of its packages, with all that ran in it.
# Inputs: running (ids of containers, in the order that they were started in), healthy (those of them that were), idle (ids of
#   those that did not run), stop_first (yes, or no), ready_seconds, stable_seconds
# Changes: Docker and its containers; /var/lib/maestro/<run>/<step>.times
# shellcheck shell=sh disable=SC2154
has_systemd() { [ -d "$MAESTRO_ROOT/run/systemd/system" ]; }

# stamp WORD: when that was, in seconds since the boot.
stamp() {
  read -r uptime _ <"$MAESTRO_ROOT/proc/uptime"
  printf '%s %s\n' "$1" "$uptime" >>"$job_folder/$MAESTRO_JOB_STEP.times"
}

# Its socket would start it again for whoever asks in the middle.
stop_engine() {
  stamp down
  say 'stopping Docker'
  # shellcheck disable=SC2086  # a list of ids
  if [ "$MAESTRO_STOP_FIRST" = yes ] && [ -n "$running" ]; then docker stop $running >/dev/null || :; fi
  if has_systemd; then
    systemctl stop docker.socket docker.service 2>/dev/null || systemctl stop docker.service || :
  else
    service docker stop || :
  fi
}

# Twice restarted and failed once, systemd starts it no more: it is told that this is a new beginning, once. Sets `reason`.
start_engine() {
  say 'starting Docker'
  if has_systemd; then
    systemctl daemon-reload
    systemctl reset-failed containerd.service docker.socket docker.service 2>/dev/null || :
    systemctl -q is-active docker.service || systemctl start docker.service || :
  elif ! docker_answers; then
    service docker start || :
  fi
  tries=60
  until docker_answers; do
    tries=$((tries - 1))
    if [ "$tries" = 0 ] || has_given_up; then
      reason="Docker does not start: $(last_words_of_docker)"
      return 1
    fi
    sleep 1
  done
  stamp up
}

docker_answers() { timeout 15 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

has_given_up() { has_systemd && systemctl -q is-failed docker.service; }

last_words_of_docker() {
  words=$(journalctl -u docker.service -n 20 -o cat 2>/dev/null | grep -v -e '^docker.service: ' -e '^Fail' -e '^Start' -e '^Stop' | tail -n 1) || :
  printf '%s' "${words:-systemctl status docker says more there}"
}

# What ran runs again, each started once where Docker does not by itself; what did not run does not. Sets `reason`.
bring_back() {
  say 'seeing that the containers are back'
  for id in $running; do
    [ "$(field_of "$id" '{{or .State.Running .State.Restarting}}')" = true ] && continue
    say "starting $(name_of "$id")"
    timeout 120 docker start "$id" >/dev/null || :
  done
  for id in $MAESTRO_IDLE; do
    [ "$(field_of "$id" '{{.State.Running}}')" = true ] || continue
    say "stopping $(name_of "$id"), which did not run before"
    timeout 120 docker stop "$id" >/dev/null || :
  done
  await_ready && stays_so
}

field_of() { timeout 15 docker inspect --type container --format "$2" "$1" 2>/dev/null || :; }

name_of() { field_of "$1" '{{.Name}}' | sed 's/^\///'; }

await_ready() {
  left=$MAESTRO_READY_SECONDS
  while :; do
    away=''
    for id in $running; do is_ready "$id" || away="$away $id"; done
    [ -n "$away" ] || return 0
    [ "$left" -gt 0 ] || break
    left=$((left - 1))
    sleep 1
  done
  reason='not as before:'
  for id in $away; do tell_of "$id"; done
  return 1
}

is_ready() {
  case $(field_of "$1" '{{.State.Running}} {{with .State.Health}}{{.Status}}{{end}}') in
    'true ' | 'true healthy') return 0 ;;
    'true '*) case " $MAESTRO_HEALTHY " in *" $1 "*) return 1 ;; *) return 0 ;; esac ;;
    *) return 1 ;;
  esac
}

tell_of() {
  name=$(name_of "$1")
  state=$(field_of "$1" '{{.State.Status}}{{with .State.Health}}, {{.Status}}{{end}}')
  say "the last of what ${name:-$1} says (${state:-it is gone}):"
  words=$(timeout 15 docker logs --tail 5 "$1" 2>&1) || :
  printf '%s\n' "$words"
  words=$(printf '%s\n' "$words" | tail -n 1 | cut -c 1-200)
  reason="$reason ${name:-$1} (${state:-it is gone})${words:+, which says: $words};"
}

# One that ends and is started again and again runs at every moment that one looks, or at none.
stays_so() {
  starts=$(starts_of)
  sleep "$MAESTRO_STABLE_SECONDS"
  [ "$starts" != "$(starts_of)" ] || return 0
  reason='these containers end and are started again:'
  for id in $running; do
    case $starts in *"$id $(field_of "$id" '{{.State.StartedAt}} {{.State.Running}}')"*) ;; *) tell_of "$id" ;; esac
  done
  return 1
}

starts_of() {
  for id in $running; do printf '%s %s\n' "$id" "$(field_of "$id" '{{.State.StartedAt}} {{.State.Running}}')"; done
}
