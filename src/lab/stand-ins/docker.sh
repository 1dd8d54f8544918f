#!/bin/sh
# docker version|ps|inspect, by lab/containers: a line for each, its id and what `docker inspect` is asked for.
set -eu
table=$MAESTRO_ROOT/lab/containers
case $* in
  version*Client*Server*) printf 'client 27.5.1\nserver 27.5.1\n' ;;
  version*) echo 27.5.1 ;;
  'ps -a -q'*) cut -d ' ' -f 1 "$table" ;;
  ps*) ;;
  inspect*) cut -d ' ' -f 2- "$table" ;;
  *) exit 1 ;;
esac
