# Puts the files of a revision where the services' are, root's alone, whole or not at all. Can be repeated.
# Inputs: project, revision (their checksum), compose and env (their texts), has_env (yes or no)
# Changes: /var/lib/maestro/services/<project>/<revision>/
# shellcheck shell=sh disable=SC2154 # services/project.sh sets compose_home
work() {
  compose_paths
  folder=$compose_home/$MAESTRO_REVISION
  rm -rf "$folder.new"
  mkdir -p "$folder.new"
  printf '%s' "$MAESTRO_COMPOSE" >"$folder.new/compose.yml"
  [ "$MAESTRO_HAS_ENV" != yes ] || printf '%s' "$MAESTRO_ENV" >"$folder.new/.env"
  checksum=$(checksum_of "$folder.new")
  [ "$checksum" = "$MAESTRO_REVISION" ] || fail "what has come is not revision $MAESTRO_REVISION"
  sync "$folder.new"/* 2>/dev/null || sync
  rm -rf "$folder"
  mv "$folder.new" "$folder"
}

# That of the list of checksums of its files.
checksum_of() {
  compose_sum=$(sha256sum <"$1/compose.yml")
  env_sum=none
  [ ! -e "$1/.env" ] || env_sum=$(sha256sum <"$1/.env")
  printf '%s\n' "${compose_sum%% *}" "${env_sum%% *}" | sha256sum | cut -d ' ' -f 1
}
