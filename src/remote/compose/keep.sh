# What is kept of what was rolled out, and for how long.
# Inputs: keep (how many old ones)
# Changes: /var/lib/maestro/services/<project>/, images that nothing kept needs
# shellcheck shell=sh disable=SC2154 # services/project.sh sets services_home

# keep_deployed TEXT: what is deployed from now on; what was until now is the first of those before it.
keep_deployed() {
  printf '%s\n' "$1" | sort >"$services_home/deployed.new"
  if [ -e "$services_home/deployed" ] && ! cmp -s "$services_home/deployed" "$services_home/deployed.new"; then shift_back; fi
  mv "$services_home/deployed.new" "$services_home/deployed"
  sync "$services_home/deployed" 2>/dev/null || sync
}

# By a copy: at no moment is there nothing deployed. Begun again in the middle, it finds its own first copy.
shift_back() {
  if [ -e "$services_home/deployed.1" ] && cmp -s "$services_home/deployed" "$services_home/deployed.1"; then return 0; fi
  number=$MAESTRO_KEEP
  [ ! -e "$services_home/deployed.$number" ] || mv "$services_home/deployed.$number" "$services_home/forgotten"
  while [ "$number" -gt 1 ]; do
    older=$((number - 1))
    [ ! -e "$services_home/deployed.$older" ] || mv "$services_home/deployed.$older" "$services_home/deployed.$number"
    number=$older
  done
  cp "$services_home/deployed" "$services_home/deployed.1.new"
  mv "$services_home/deployed.1.new" "$services_home/deployed.1"
}

# Files of revisions that nothing kept names, and their images where nothing else uses them.
forget_old() {
  for file in "$services_home"/deployed.[0-9]*; do
    [ ! -e "$file" ] || [ "${file##*.}" -le "$MAESTRO_KEEP" ] || mv "$file" "$services_home/forgotten"
  done
  dropped=''
  [ ! -e "$services_home/forgotten" ] || dropped=$(cut -d '|' -f 4 "$services_home/forgotten")
  kept=$(cat "$services_home"/deployed "$services_home"/deployed.[0-9]* 2>/dev/null) || :
  for folder in "$services_home"/*/; do
    revision=${folder%/} revision=${revision##*/}
    case $kept in *"|$revision|"*) continue ;; esac
    [ ! -e "$folder/images" ] || dropped="$dropped $(cut -d '|' -f 3 "$folder/images")"
    rm -rf "$folder"
  done
  for image in $dropped; do
    case $kept in *"|$image|"*) ;; *) docker_cli image rm "$image" >/dev/null 2>&1 || : ;; esac
  done
  rm -f "$services_home/forgotten"
}
