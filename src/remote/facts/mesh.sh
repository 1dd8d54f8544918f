# How the router of Weave stands, by the weave script itself, and how it was launched. Of a password only that there is one.
# Facts:
#   mesh_script         the SHA-256 of the script
#   mesh_status         each line of `weave status`; absent: no router runs
#   mesh_connection     each line of `weave status connections`
#   mesh_target         each line of `weave status targets`
#   mesh_range          each line of `weave status ipam`
#   mesh_argument       each that its container was made with
#   mesh_variable       each that `weave launch` reads
#   mesh_has_password   yes or no
#   mesh_restarts       yes or no: Docker starts it again
#   mesh_has_limits     yes or no: Docker holds it to so much memory or processor
#   mesh_has_unit       yes or no: weave.service runs it
# shellcheck shell=sh
facts_mesh() {
  if ! has weave || ! has docker; then return 0; fi
  mesh_trouble=$(docker_rest)
  if [ -n "$mesh_trouble" ] || ! has_docker_socket; then return 0; fi
  mesh_id=$(docker_cli ps --filter 'name=^/weave$' --format '{{.ID}}')
  [ -n "$mesh_id" ] || return 0
  mesh_script=$(command -v weave)
  mesh_sum=$(sha256sum "$mesh_script")
  fact mesh_script "${mesh_sum%% *}"
  mesh_told=$(mesh_weave status)
  facts mesh_status "$mesh_told"
  mesh_connections=$(mesh_weave status connections)
  facts mesh_connection "$mesh_connections"
  mesh_targets=$(mesh_weave status targets)
  facts mesh_target "$mesh_targets"
  # Where it allocates no addresses it has no such answer.
  case $mesh_told in *'Service: ipam'*)
    mesh_ranges=$(mesh_weave status ipam)
    facts mesh_range "$mesh_ranges"
    ;;
  esac
  mesh_container=$(mesh_inspect)
  facts_mesh_launch
}

# An old weave needs the whole path under sudo.
mesh_weave() { within 15 as_root "$mesh_script" "$@"; }

# A line for each word that its container was made with, and for what else `weave launch` decides by.
mesh_inspect() {
  docker_cli inspect --type container --format '{{range .Config.Cmd}}{{println "argument" .}}{{end}}{{range .Config.Env}}{{println "variable" .}}{{end}}{{println "restarts" .HostConfig.RestartPolicy.Name}}{{println "limits" .HostConfig.Memory .HostConfig.NanoCpus .HostConfig.CpuShares .HostConfig.CpuQuota}}' weave
}

facts_mesh_launch() {
  mesh_arguments=$(printf '%s\n' "$mesh_container" | sed -n 's/^argument //p' | awk '
    isPassword { isPassword = 0; next }
    /^--?password$/ { isPassword = 1; next }
    !/^--?password=/')
  facts mesh_argument "$mesh_arguments"
  mesh_variables=$(printf '%s\n' "$mesh_container" | sed -n \
    's/^variable \(\(WEAVE_MTU\|WEAVE_NO_FASTDP\|WEAVE_NO_BRIDGED_FASTDP\|WEAVE_NO_PLUGIN\|CHECKPOINT_DISABLE\|IPTABLES_BACKEND\|DOCKER_API_VERSION\)=.\)/\1/p')
  facts mesh_variable "$mesh_variables"
  mesh_password=$(mesh_password)
  if [ -n "$mesh_password" ]; then fact mesh_has_password yes; else fact mesh_has_password no; fi
  mesh_policies='\(always\|unless-stopped\|on-failure\)'
  if mesh_has_line "restarts $mesh_policies"; then fact mesh_restarts yes; else fact mesh_restarts no; fi
  if mesh_has_line 'limits .*[1-9].*'; then fact mesh_has_limits yes; else fact mesh_has_limits no; fi
  if mesh_has_unit; then fact mesh_has_unit yes; else fact mesh_has_unit no; fi
}

mesh_has_line() { printf '%s\n' "$mesh_container" | grep -qx "$1"; }

mesh_has_unit() { [ -d "$MAESTRO_ROOT/run/systemd/system" ] && systemctl -q is-active weave.service; }

# As it was launched: an argument, else a variable. Never told.
mesh_password() {
  printf '%s\n' "$mesh_container" | awk '
    isPassword && sub(/^argument /, "") { print; isFound = 1; exit }
    /^argument --?password$/ { isPassword = 1 }
    sub(/^argument --?password=/, "") { print; isFound = 1; exit }
    sub(/^variable WEAVE_PASSWORD=/, "") { kept = $0 }
    END { if (!isFound && kept != "") print kept }'
}
