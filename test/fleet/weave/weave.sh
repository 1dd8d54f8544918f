#!/bin/sh
# A stand-in for the weave script, which cannot be had here: its documented words over a router of real containers.
set -e
SCRIPT_VERSION="@VERSION@"
IMAGE_VERSION=${WEAVE_VERSION:-$SCRIPT_VERSION}
BASE_IMAGE=${DOCKERHUB_USER:-@USER@}/weave
PORT=${WEAVE_PORT:-6783}
HTTP_ADDR=${WEAVE_HTTP_ADDR:-127.0.0.1:6784}

usage() {
  echo 'weave setup | version | launch … <peer> … | status [targets | connections | peers | ipam] | report | stop | reset' >&2
  exit 1
}

# The real one pulls them.
setup() {
  for image in "$BASE_IMAGE:$IMAGE_VERSION" weaveworks/weavedb:latest; do
    docker image inspect --format "$image: {{.Id}}" "$image"
  done
}

# One of another image family is left for a person to look at.
check_not_running() {
  case $(docker inspect --format '{{.State.Running}} {{.Config.Image}}' weave 2>/dev/null) in
    'true '*) echo 'weave is already running.' >&2 && exit 1 ;;
    "false $BASE_IMAGE:"*) docker rm weave >/dev/null ;;
    'false '*) echo "Found another container named 'weave'. Aborting." >&2 && exit 1 ;;
  esac
}

launch() {
  check_not_running
  restart=--restart=always
  options=''
  while [ $# -gt 0 ]; do
    case $1 in
      --password) export WEAVE_PASSWORD="$2" && shift ;;
      --password=*) export WEAVE_PASSWORD="${1#*=}" ;;
      --no-restart) restart='' ;;
      *) options="$options $1" ;;
    esac
    shift
  done
  docker inspect weavedb >/dev/null 2>&1 || docker create -v /weavedb --name=weavedb weaveworks/weavedb:latest true >/dev/null
  # shellcheck disable=SC2086  # words
  docker run -d --name=weave --net=host $restart --volumes-from weavedb -e WEAVE_PASSWORD -e WEAVE_MTU $WEAVE_DOCKER_ARGS \
    "$BASE_IMAGE:$IMAGE_VERSION" --port "$PORT" --nickname "$(hostname)" --host-root=/host --datapath datapath \
    --http-addr "$HTTP_ADDR" $options
  tries=50
  until docker exec weave status >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" = 0 ] || [ "$(docker inspect --format '{{.RestartCount}}{{.State.Status}}' weave)" != 0running ]; then
      echo 'The weave container has died. Consult the container logs for further details.' >&2
      exit 1
    fi
    sleep 0.1
  done
}

status() {
  [ "$(docker inspect --format '{{.State.Running}}' weave 2>/dev/null)" = true ] ||
    { echo 'weave container is not present. Have you launched it?' >&2 && exit 1; }
  docker exec weave status "$@"
}

command=${1-}
[ $# -eq 0 ] || shift
case $command in
  setup) setup ;;
  version) echo "weave script $SCRIPT_VERSION" ;;
  launch) launch "$@" ;;
  status) status "$@" ;;
  report) status ;;
  stop) docker stop -t 1 weave >/dev/null ;;
  reset) docker rm -f -v weave weavedb >/dev/null ;;
  *) usage ;;
esac
