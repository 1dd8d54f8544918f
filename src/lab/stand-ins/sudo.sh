#!/bin/sh
# sudo [-n|-S] [-p PROMPT] COMMAND…: root without a password.
while [ $# -gt 0 ]; do
  case $1 in
    -p) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
unset MAESTRO_LAB_USER
exec "$@"
