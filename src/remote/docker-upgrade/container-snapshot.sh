# Everything that Docker has here, and how a change of its packages has ended. Changes nothing.
# Inputs: job_run, job_step
# Facts:
#   census_server, census_client  versions; absent: it does not answer
#   census_container  each, a JSON array: id, name, image id, state, health, restart policy, gone once it stops, task of a swarm,
#                     compose project, when it was started last and when it ended last
#   census_network    each, of a container: id and name
#   census_mount      each: id, kind, what, where to
#   census_image, census_volume, census_all_networks  each: id or name
#   census_driver     of storage and of cgroups
#   census_package    each of Docker's that is not absent: name|version|dpkg's state
#   census_end        how the change has ended by its own word: upgraded, or back
#   census_why        why it went back
#   census_time       each: down or up, and seconds since the boot
#   census_since      each package that came with it: name
# shellcheck shell=sh disable=SC2154
work() {
  job_paths
  # shellcheck disable=SC2016  # dpkg-query fills these in
  packages=$(dpkg-query -W -f '${Package}|${Version}|${db:Status-Abbrev}\n' 'docker*' 'containerd*' runc 2>/dev/null) || :
  packages=$(printf '%s\n' "$packages" | awk -F '|' '$3 ~ /^.[^nc]/')
  facts census_package "$packages"
  tell_job "$job_folder/$MAESTRO_JOB_STEP"
  if has docker && [ -z "$(docker_rest)" ]; then tell_engine; fi
}

# tell_job PATH
tell_job() {
  if [ -e "$1.end" ]; then
    how=$(sed -n 1p "$1.end")
    why=$(sed -n 2p "$1.end")
    fact census_end "$how"
    fact census_why "$why"
  fi
  if [ -e "$1.times" ]; then
    times=$(tail -n 20 "$1.times")
    facts census_time "$times"
  fi
  if [ -e "$1.before" ]; then
    # shellcheck disable=SC2016
    now=$(dpkg-query -W -f '${binary:Package}|${db:Status-Abbrev}\n')
    came=$(printf '%s\n' "$now" | awk -F '|' 'NR == FNR { if ($3 ~ /^.i/) had[$1] = 1; next } $2 ~ /^.i/ && !($1 in had) { print $1 }' "$1.before" -)
    facts census_since "$came"
  fi
}

tell_engine() {
  server=$(docker_cli version --format '{{.Server.Version}}' 2>/dev/null) || return 0
  client=$(docker_cli version --format '{{.Client.Version}}')
  driver=$(docker_cli info --format '{{.Driver}} {{.CgroupDriver}}')
  fact census_server "$server"
  fact census_client "$client"
  fact census_driver "$driver"
  tell_containers || tell_containers
  images=$(docker_cli image ls -a -q --no-trunc | sort -u)
  volumes=$(docker_cli volume ls -q)
  networks=$(docker_cli network ls --format '{{.Name}}')
  facts census_image "$images"
  facts census_volume "$volumes"
  facts census_all_networks "$networks"
}

# A container may vanish between the list and the questions.
tell_containers() {
  ids=$(docker_cli ps -a -q --no-trunc) || return
  containers='' networks='' mounts=''
  if [ -n "$ids" ]; then
    containers=$(ask_containers '[{{json .ID}},{{json .Name}},{{json .Image}},{{json .State.Status}},{{with .State.Health}}{{json .Status}}{{else}}null{{end}},{{json .HostConfig.RestartPolicy.Name}},{{json .HostConfig.AutoRemove}},{{json (index .Config.Labels "com.docker.swarm.task.id")}},{{json (index .Config.Labels "com.docker.compose.project")}},{{json .State.StartedAt}},{{json .State.FinishedAt}}]') || return
    # shellcheck disable=SC2016  # the variables are Docker's
    networks=$(ask_containers '{{$id := .ID}}{{range $name, $_ := .NetworkSettings.Networks}}{{$id}} {{$name}}{{println}}{{end}}') || return
    # shellcheck disable=SC2016
    mounts=$(ask_containers '{{$id := .ID}}{{range .Mounts}}{{$id}} {{.Type}} {{if .Name}}{{.Name}}{{else}}{{.Source}}{{end}} {{.Destination}}{{println}}{{end}}') || return
  fi
  facts census_container "$containers"
  facts census_network "$networks"
  facts census_mount "$mounts"
}

# shellcheck disable=SC2086  # a list of ids
ask_containers() { docker_cli inspect --type container --format "$1" $ids; }
