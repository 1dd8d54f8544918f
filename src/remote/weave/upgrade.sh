# Brings the weave script and its router to a version, launched as the router before, and goes back to the script before
# where that does not come up with its connections. Never `weave reset`: the addresses stay where they are, in weavedb.
# A detached job, which can be begun anew.
# Inputs: script (its text), sum (its SHA-256), version, images (NAME@DIGEST or NAME:TAG@DIGEST, a line each), arguments (of `weave
#   launch`, a line each), variables (NAME=value, a line each), has_password, has_unit (yes: weave.service runs the
#   router), connections (how many have to come back), limit_seconds (how long they may take), may_go_back (yes or no)
# Changes: the weave script; the containers weave, weaveproxy and weaveplugin; /var/lib/maestro/<run>/<step>.{old,new,password}
# shellcheck shell=sh disable=SC2034,SC2154
work() {
  name_files
  keep_old
  keep_password
  write_new
  say 'fetching images: weave setup'
  sh "$weave_new" setup || fail 'weave setup failed, and nothing was changed'
  must_be_pinned
  say "stopping Weave $old_version"
  stop_router || fail "Weave $old_version cannot be stopped, and nothing was changed"
  put_in_place "$weave_new" || go_back 'the new script cannot be put in place'
  say "launching Weave $MAESTRO_VERSION"
  launch_router || go_back "Weave $MAESTRO_VERSION cannot be launched"
  await_mesh "$MAESTRO_VERSION" || go_back "Weave $MAESTRO_VERSION is launched, but $mesh_left"
  rm -f "$weave_password"
}

# After a kill in the middle.
work_ended() {
  name_files
  if [ -e "$weave_old" ] && ! router_runs; then
    read_old_version
    go_back 'it was ended in the middle'
  fi
}

say() { printf '%s\n' "$*"; }

name_files() {
  weave_found=$(command -v weave) || fail 'there is no weave script here'
  weave_path=$(readlink -f "$weave_found")
  weave_old=$job_folder/$MAESTRO_JOB_STEP.old
  weave_new=$job_folder/$MAESTRO_JOB_STEP.new
  weave_password=$job_folder/$MAESTRO_JOB_STEP.password
}

# An attempt before may have put the new one in place already.
keep_old() {
  sum=$(sha256sum "$weave_path")
  if [ ! -e "$weave_old" ] || [ "${sum%% *}" != "$MAESTRO_SUM" ]; then
    cp -p "$weave_path" "$weave_old.part"
    mv -f "$weave_old.part" "$weave_old"
  fi
  read_old_version
}

read_old_version() { old_version=$(sed -n 's/^SCRIPT_VERSION="\(.*\)"$/\1/p' "$weave_old"); }

# Out of the container before it goes; for root alone, in no argument, and gone once a router runs with it.
keep_password() {
  [ "$MAESTRO_HAS_PASSWORD" = yes ] || return 0
  if mesh_container=$(mesh_inspect) && password=$(mesh_password) && [ -n "$password" ]; then
    (umask 077 && printf '%s\n' "$password" >"$weave_password.part")
    mv -f "$weave_password.part" "$weave_password"
  fi
  [ -s "$weave_password" ] || fail 'the password of the router cannot be read, and nothing was changed'
}

write_new() {
  printf '%s' "$MAESTRO_SCRIPT" >"$weave_new"
  sum=$(sha256sum "$weave_new")
  [ "${sum%% *}" = "$MAESTRO_SUM" ] || fail 'the new script did not arrive as it was sent, and nothing was changed'
}

# By digest, as a registry has it, or by id, which is one of the content as well.
must_be_pinned() {
  for image in $MAESTRO_IMAGES; do
    name=${image%@*}
    case ${name##*/} in *:*) ;; *) name=$name:$MAESTRO_VERSION ;; esac
    told=$(docker_cli image inspect --format '{{.Id}} {{.RepoDigests}}' "$name") ||
      fail "weave setup brought no image $name, and nothing was changed"
    case $told in
      *"${image#*@}"*) ;;
      *) fail "$name is not the image of ${image#*@}, and nothing was changed" ;;
    esac
  done
}

router_runs() {
  router_id=$(docker_cli ps --filter 'name=^/weave$' --format '{{.ID}}') && [ -n "$router_id" ]
}

# A stopped router of another image family would stand in the way of the next one; what it knows is in weavedb.
stop_router() {
  if [ "$MAESTRO_HAS_UNIT" = yes ]; then within 300 systemctl stop weave.service; else within 300 "$weave_path" stop; fi || :
  ! router_runs || return 1
  for name in weave weaveproxy weaveplugin; do docker rm "$name" >/dev/null 2>&1 || :; done
}

# put_in_place FILE: with the owner and the rights of the script that is there.
put_in_place() {
  cp -p "$weave_path" "$weave_path.maestro" && cat "$1" >"$weave_path.maestro" && mv -f "$weave_path.maestro" "$weave_path"
}

launch_router() {
  if [ "$MAESTRO_HAS_UNIT" = yes ]; then
    within 300 systemctl start weave.service
  else
    (launch_as_before)
  fi
}

# In a shell of its own, so that the password is in the environment of the launch alone.
launch_as_before() {
  set -f
  IFS='
'
  for variable in $MAESTRO_VARIABLES; do export "${variable?}"; done
  # shellcheck disable=SC2086  # a line each
  set -- $MAESTRO_ARGUMENTS
  unset IFS
  if [ -e "$weave_password" ]; then
    WEAVE_PASSWORD=$(cat "$weave_password")
    export WEAVE_PASSWORD
  fi
  within 300 "$weave_path" launch "$@"
}

# await_mesh VERSION: until the router of that version has its connections. What is missing is in mesh_left.
await_mesh() {
  mesh_deadline=$(($(date +%s) + MAESTRO_LIMIT_SECONDS)) mesh_said=''
  while :; do
    mesh_left=$(mesh_missing "$1")
    [ -n "$mesh_left" ] || return 0
    [ "$(date +%s)" -lt "$mesh_deadline" ] || return 1
    [ "$mesh_left" = "$mesh_said" ] || say "waiting: $mesh_left"
    mesh_said=$mesh_left
    sleep 2
  done
}

mesh_missing() {
  router_image=$(docker_cli ps --filter 'name=^/weave$' --format '{{.Image}}') || router_image=''
  case $router_image in
    '') say 'its router does not run' && return ;;
    *":$1") ;;
    *) say "the router that runs is $router_image" && return ;;
  esac
  mesh_told=$(within 15 "$weave_path" status connections 2>/dev/null) || { say 'its router does not answer' && return; }
  printf '%s\n' "$mesh_told" | awk -v wanted="$MAESTRO_CONNECTIONS" '
    NF == 0 || /cannot connect to ourself/ { next }
    $3 == "established" { count++; next }
    { bad = bad ", " $2 " is " $3 }
    END {
      if (count < wanted) printf "%d of %d connections are established%s\n", count, wanted, bad
      else if (bad != "") print substr(bad, 3)
    }'
}

# go_back WHY: the script before, launched as it was. Ends the job, which has failed in any case.
go_back() {
  [ "$MAESTRO_MAY_GO_BACK" = yes ] || fail "$1; left as it is ($weave_old is the script of $old_version)"
  say "$1: going back to Weave $old_version"
  stop_router || :
  for name in weave weaveproxy weaveplugin; do docker rm -f "$name" >/dev/null 2>&1 || :; done
  put_in_place "$weave_old" || fail "$1; its script cannot be put back either ($weave_old has it): no router runs now"
  launch_router || fail "$1; Weave $old_version cannot be launched again either: no router runs now"
  rm -f "$weave_password"
  await_mesh "$old_version" || fail "$1; gone back to Weave $old_version, but $mesh_left"
  fail "$1; gone back to Weave $old_version, which runs as before"
}
