# What is kept of what was rolled out, and for how long.
# Inputs: keep (how many old ones)
# Changes: /var/lib/maestro/services/<project>/, images that nothing kept needs
# shellcheck shell=sh disable=SC2154 # services/project.sh sets compose_home

# keep_deployed TEXT: what is deployed from now on; what was until now is the first of those before it.
keep_deployed() {
  printf '%s\n' "$1" | sort >"$compose_home/deployed.new"
  if [ -e "$compose_home/deployed" ] && ! cmp -s "$compose_home/deployed" "$compose_home/deployed.new"; then shift_back; fi
  mv "$compose_home/deployed.new" "$compose_home/deployed"
  sync "$compose_home/deployed" 2>/dev/null || sync
}

# By a copy: at no moment is there nothing deployed. Begun again in the middle, it finds its own first copy.
shift_back() {
  if [ -e "$compose_home/deployed.1" ] && cmp -s "$compose_home/deployed" "$compose_home/deployed.1"; then return 0; fi
  number=$MAESTRO_KEEP
  [ ! -e "$compose_home/deployed.$number" ] || mv "$compose_home/deployed.$number" "$compose_home/forgotten"
  while [ "$number" -gt 1 ]; do
    older=$((number - 1))
    [ ! -e "$compose_home/deployed.$older" ] || mv "$compose_home/deployed.$older" "$compose_home/deployed.$number"
    number=$older
  done
  cp "$compose_home/deployed" "$compose_home/deployed.1.new"
  mv "$compose_home/deployed.1.new" "$compose_home/deployed.1"
}

# Files of revisions that nothing kept names, and their images where nothing else uses them.
forget_old() {
  for file in "$compose_home"/deployed.[0-9]*; do
    [ ! -e "$file" ] || [ "${file##*.}" -le "$MAESTRO_KEEP" ] || mv "$file" "$compose_home/forgotten"
  done
  dropped=''
  [ ! -e "$compose_home/forgotten" ] || dropped=$(cut -d '|' -f 4 "$compose_home/forgotten")
  kept=$(cat "$compose_home"/deployed "$compose_home"/deployed.[0-9]* 2>/dev/null) || :
  for folder in "$compose_home"/*/; do
    revision=${folder%/} revision=${revision##*/}
    case $kept in *"|$revision|"*) continue ;; esac
    [ ! -e "$folder/images" ] || dropped="$dropped $(cut -d '|' -f 3 "$folder/images")"
    rm -rf "$folder"
  done
  for image in $dropped; do
    case $kept in *"|$image|"*) ;; *) docker_cli image rm "$image" >/dev/null 2>&1 || : ;; esac
  done
  rm -f "$compose_home/forgotten"
}
