# Has Docker Compose check the files of a revision, and brings the images that it names; notes which they are. Whatever runs
# goes on as it is. Can be repeated.
# Inputs: project, revision, services (those alone, with a space between; nothing: all of them)
# Changes: images of Docker; /var/lib/maestro/services/<project>/<revision>/images
# shellcheck shell=sh disable=SC2154 # services/project.sh sets compose_home
work() {
  compose_begin
  masked "$MAESTRO_REVISION" compose 60 "$MAESTRO_REVISION" config -q || fail 'Docker Compose refuses the file'
  images=$(images_of)
  [ -n "$images" ] || fail 'the file has no service of these names'
  for image in $images; do bring "${image%%|*}" "${image#*|}"; done >"$compose_home/$MAESTRO_REVISION/images.new"
  mv "$compose_home/$MAESTRO_REVISION/images.new" "$compose_home/$MAESTRO_REVISION/images"
}

# Each service that is wanted with the name of its image. Its environment stands in the same output and goes no further.
images_of() {
  compose 60 "$MAESTRO_REVISION" config 2>/dev/null | awk -v wanted=" $MAESTRO_SERVICES " '
    /^[^ ]/ { isInServices = $0 == "services:"; next }
    !isInServices { next }
    /^  [^ ].*:$/ { service = $1; sub(/:$/, "", service); gsub(/["\047]/, "", service); next }
    /^    image: / && (wanted ~ /^ *$/ || index(wanted, " " service " ")) { gsub(/["\047]/, "", $2); print service "|" $2 }'
}

# bring SERVICE REFERENCE: pulls it. Where that cannot be done, what is here under that name is as good as told.
bring() {
  pulled=yes
  if ! masked "$MAESTRO_REVISION" compose 3600 "$MAESTRO_REVISION" pull "$1" >&2; then
    pulled=no
    note "$2 could not be pulled: what is here under that name is taken"
  fi
  id=$(docker_cli image inspect --format '{{.Id}}' "$2") || fail "the image $2 of $1 could not be pulled, and is not here"
  printf '%s|%s|%s|%s\n' "$1" "$2" "$id" "$pulled"
}
