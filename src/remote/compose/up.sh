# How services are brought up and waited for, and what was rolled out is kept.
# Inputs: timeout_seconds
# shellcheck shell=sh disable=SC2154 # docker-cli.sh and services/*.sh set what begins with compose_ and services_

# bring_up REVISION WORD…: as Compose is told; without a word all of the file, and what is not in it any more goes.
bring_up() {
  up_revision=$1
  shift
  [ $# -gt 0 ] || set -- --remove-orphans
  up_help=$(compose_cli 15 up --help 2>/dev/null) || up_help=''
  # What has just been looked up is what is started, whatever the file says of pulling.
  case $up_help in *' --pull '*) set -- --pull never "$@" ;; esac
  masked "$up_revision" compose "$MAESTRO_TIMEOUT_SECONDS" "$up_revision" up --detach --no-build "$@"
}

# stand_for REFERENCE ID: has a name stand for the image that it stood for before.
stand_for() {
  image_now=$(docker_cli image inspect --format '{{.Id}}' "$1" 2>/dev/null) || image_now=''
  [ "$image_now" != "$2" ] || return 0
  if ! docker_cli image inspect --format '{{.Id}}' "$2" >/dev/null 2>&1; then
    say "the image $2 of $1 is not here any more"
    return 1
  fi
  docker_cli tag "$2" "$1"
}

# await_well SERVICE…: until each runs and is healthy, where it says so, and has been for a moment; not longer than its time.
await_well() {
  await_services=" $* " await_said='' await_last='' await_since=0
  await_end=$(date +%s)
  await_end=$((await_end + MAESTRO_TIMEOUT_SECONDS))
  while :; do
    await_now=$(date +%s)
    await_census=$(compose_containers 2>/dev/null) || await_census='?'
    await_trouble=$(printf '%s\n' "$await_census" | trouble_of "$await_services")
    [ "$await_trouble" = "$await_said" ] || say "${await_trouble:-all of them are well}"
    await_said=$await_trouble
    case "
$await_trouble" in
      *'
failed: '*) tell_why && return 1 ;;
      '
') if is_steady; then return 0; fi ;;
    esac
    [ "$await_now" -lt "$await_end" ] || return 1
    sleep 1
  done
}

# say_why LINES: of a trouble, on one line.
say_why() { printf '%s\n' "$1" | awk '{ sub(/^[a-z]+: /, ""); printf "%s%s", (NR > 1 ? "; " : "why: "), $0 } END { print "" }'; }

# What the containers themselves say that have failed: of a check that it found nobody, of an end its last words.
tell_why() {
  why_names=$(printf '%s\n' "$await_census" | awk -F '|' '$8 == "unhealthy" || $6 == "exited" || $6 == "dead" { print substr($2, 2) }')
  for why_name in $why_names; do
    say "$why_name says:"
    docker_cli logs --tail 5 "$why_name" 2>&1 || :
    docker_cli inspect --format '{{with .State.Health}}{{range .Log}}{{println .Output}}{{end}}{{end}}' "$why_name" | grep . | tail -n 2 || :
  done | without_values "$compose_home/$up_revision/.env"
}

# Whoever falls over in its first seconds was well before.
is_steady() {
  if [ "$await_census" != "$await_last" ]; then await_last=$await_census await_since=$await_now; fi
  [ $((await_now - await_since)) -ge 3 ]
}

# trouble_of SERVICES: what keeps them from being well, by their containers on stdin, a line each: one that failed waits in vain.
trouble_of() {
  awk -F '|' -v wanted="$1" '
    function say(what, words) { print what ": " $1 " " words }
    $0 == "?" { print "waiting: Docker does not answer"; isBlind = 1; exit }
    index(wanted, " " $1 " ") == 0 { next }
    { seen[$1] = 1; isJob = $9 == "no" || $9 == "" }
    $6 == "running" && ($8 == "" || $8 == "healthy") { next }
    $6 == "running" && $8 == "unhealthy" { say("failed", "is unhealthy"); next }
    $6 == "exited" && isJob && $7 == 0 { next }
    $6 == "dead" || ($6 == "exited" && isJob) { say("failed", "has ended with exit code " $7); next }
    $6 == "restarting" { say("waiting", "falls over again and again, the last time with exit code " $7); next }
    { say("waiting", "is " ($6 == "running" ? $8 : $6)) }
    END {
      if (isBlind) exit
      count = split(wanted, names, " ")
      for (at = 1; at <= count; at++) if (!(names[at] in seen)) print "waiting: " names[at] " has no container"
    }'
}
