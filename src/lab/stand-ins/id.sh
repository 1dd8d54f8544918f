#!/bin/sh
# id -u|-un: who logs in is a plain user until sudo makes him root; what runs as a unit is root's.
case $1 in
  -u) if [ -n "${MAESTRO_LAB_USER-}" ]; then echo 1000; else echo 0; fi ;;
  -un) echo "${MAESTRO_LAB_USER:-root}" ;;
esac
