#!/bin/sh
# What `weave status` of the stand-in tells: each connection is tried when it is asked for.
ask() { printf 'GET /%s HTTP/1.0\r\n\r\n' "$2" | nc -w 10 "$1" 6783 2>/dev/null | tail -n 1; }
name=$(cat /run/www/name)
case ${1-} in
  '')
    printf '\n        Version: %s (version check update disabled)\n\n        Service: router\n       Protocol: weave 1..2\n' "$RELEASE"
    encryption=disabled
    [ -z "$WEAVE_PASSWORD" ] || encryption=enabled
    printf '           Name: %s\n     Encryption: %s\n  PeerDiscovery: enabled\n' "$name" "$encryption"
    printf '\n        Service: ipam\n         Status: ready\n          Range: 10.32.0.0/12\n'
    ;;
  targets) cat /run/targets ;;
  connections)
    while read -r target; do
      theirs=$(ask "$target" name)
      if [ "$theirs" = "$name" ]; then
        printf -- '-> %-21s failed      cannot connect to ourself, retry: never\n' "$target:6783"
      elif [ "$(ask "$target" protocol)" = "$(cat /run/www/protocol)" ]; then
        printf -- '-> %-21s established %sfastdp %s mtu=1376\n' "$target:6783" "${WEAVE_PASSWORD:+encrypted   }" "$theirs"
      else
        printf -- '-> %-21s failed      dial tcp4 %s:6783: connect: connection refused, retry: never\n' "$target:6783" "$target"
      fi
    done </run/targets
    ;;
  ipam)
    printf '%-37s %8d IPs (50.0%% of total) (2 active)\n' "$name" 524288
    while read -r target; do
      theirs=$(ask "$target" name)
      [ "$theirs" = "$name" ] || printf '%-37s %8d IPs (50.0%% of total)%s\n' "${theirs:-$target}" 524288 "$([ -n "$theirs" ] || echo ' - unreachable!')"
    done </run/targets
    ;;
  *) echo "Invalid 'weave status' sub-command: $1" >&2 && exit 1 ;;
esac
