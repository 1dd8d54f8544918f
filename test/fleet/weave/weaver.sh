#!/bin/sh
# The router of the stand-in: it listens, tells peers what it speaks, and keeps its name and its addresses in /weavedb.
mkdir -p /run/www
port=6783
: >/run/targets
while [ $# -gt 0 ]; do
  case $1 in
    --port) port=$2 && shift ;;
    --nickname) nickname=$2 && shift ;;
    --datapath | --http-addr | --ipalloc-range) shift ;;
    -*) ;;
    *) echo "$1" >>/run/targets ;;
  esac
  shift
done
[ -e /weavedb/name ] || od -An -N6 -tx1 /dev/urandom | sed 's/^ //; s/ /:/g' >/weavedb/name
echo "$(cat /weavedb/name)($nickname)" >/run/www/name
# Peers with another password, or another protocol, do not understand each other.
echo "$PROTOCOL $(printf '%s' "$WEAVE_PASSWORD" | sha256sum)" >/run/www/protocol
trap 'kill "$server"; exit' TERM INT
eval "$FAULT"
httpd -f -p "$port" -h /run/www &
server=$!
wait "$server"
