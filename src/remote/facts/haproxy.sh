# Whether HAProxy's runtime socket can be used here, by which servers are taken out of service.
# Facts:
#   haproxy_installed  yes or no
#   haproxy_socket     each that its configuration names: level (admin, operator, user), there or missing, owner, mode, path
#   haproxy_socat      yes or no
# shellcheck shell=sh
facts_haproxy() {
  config=$MAESTRO_ROOT/etc/haproxy/haproxy.cfg
  if [ ! -e "$config" ]; then
    fact haproxy_installed no
    return 0
  fi
  fact haproxy_installed yes
  text=$(as_root_if_needed head -c 1000000 "$config")
  lines=$(printf '%s\n' "$text" | sed -n 's/^[[:space:]]*stats[[:space:]][[:space:]]*socket[[:space:]][[:space:]]*//p')
  set -f
  IFS='
'
  for line in $lines; do
    path=${line%%[[:space:]]*}
    path=${path#unix@}
    level=user
    case $line in
      *level[[:space:]]admin*) level="admin" ;;
      *level[[:space:]]operator*) level=operator ;;
    esac
    # A folder on the way may be closed to us: then nobody can say.
    shown=$(as_root_if_needed stat -c '%F|there %U:%G %a' "$MAESTRO_ROOT$path" 2>/dev/null) || shown=
    case $shown in socket*) shown=${shown##*|} ;; *) shown="missing - -" ;; esac
    fact haproxy_socket "$level $shown $path"
  done
  unset IFS
  set +f
  socat=no
  if has socat; then socat=yes; fi
  fact haproxy_socat "$socat"
}
