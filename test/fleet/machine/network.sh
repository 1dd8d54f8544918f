#!/bin/bash
# The fleet's network: a namespace with a bridge, one for the controller, one for each server. Nothing is added to the
# machine's own namespace and there is no route out. A server's namespace outlives its reboots, so its address stays.
#   network.sh up | add NAME ROLE | remove NAME | address NAME | down
set -euo pipefail
here=$(dirname "$(realpath "$0")")
. "$here/common.sh"

main() {
  local verb=$1
  shift
  case $verb in
    up) up ;;
    add) add "$@" ;;
    remove) remove "$1" ;;
    down) down ;;
    address) address_of "$1" ;;
  esac
}

up() {
  ip netns add "$switch"
  ip -n "$switch" link set lo up
  ip -n "$switch" link add bridge type bridge forward_delay 0 stp_state 0
  ip -n "$switch" addr add "$subnet.254/24" dev bridge
  ip -n "$switch" link set bridge up
  plug controller "$subnet.1"
  install -d "/etc/netns/$controller"
  # `ip netns exec` lays these two over /etc: the servers' names, and a resolver that refuses at once.
  echo '127.0.0.1 localhost' >"/etc/netns/$controller/hosts"
  echo 'nameserver 127.0.0.254' >"/etc/netns/$controller/resolv.conf"
}

# The next free address, and a link on the bridge under the server's name.
add() {
  local address
  touch "$run/addresses"
  address=$subnet.$((11 + $(wc -l <"$run/addresses")))
  if [ "$2" = vm ]; then plug_machine "$1"; else plug "$1" "$address"; fi
  echo "$address $1" | tee -a "$run/addresses" >>"/etc/netns/$controller/hosts"
}

# Its line stays without its name: the address is nobody else's.
remove() {
  ip netns del "$fleet_id-$1"
  sed -i "s/ $1\$/ -/" "$run/addresses"
}

# plug NAME ADDRESS: a namespace with one link, whose other end sits on the bridge under the server's name.
plug() {
  local namespace=$fleet_id-$1
  ip netns add "$namespace"
  ip -n "$switch" link add name "$1" type veth peer name eth0 netns "$namespace"
  ip -n "$switch" link set dev "$1" master bridge up
  ip -n "$namespace" link set lo up
  ip -n "$namespace" addr add "$2/24" dev eth0
  ip -n "$namespace" link set eth0 up
}

plug_machine() {
  ip -n "$switch" tuntap add "$1" mode tap
  ip -n "$switch" link set dev "$1" master bridge up
}

down() {
  local namespace
  for namespace in $(ip netns list | cut -d' ' -f1 | grep "^$fleet_id-"); do ip netns del "$namespace"; done
  rm -rf "/etc/netns/$controller"
}

address_of() { awk -v name="$1" '$2 == name { print $1 }' "$run/addresses"; }

main "$@"
