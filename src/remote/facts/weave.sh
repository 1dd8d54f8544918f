# Weave Net: the installed script and the image of the router that runs. The script is read, not run.
# Facts:
#   weave_script  its version
#   weave_image
# shellcheck shell=sh
facts_weave() {
  if has weave; then
    weave_path=$(command -v weave)
    weave_script=$(sed -n 's/^SCRIPT_VERSION="\(.*\)"$/\1/p' "$weave_path")
    fact weave_script "${weave_script:-unreleased}"
  fi
  has docker || return 0
  # Without an engine no router runs.
  docker_trouble=$(docker_rest)
  if [ -n "$docker_trouble" ] || ! has_docker_socket; then return 0; fi
  weave_image=$(facts_weave_image)
  [ -z "$weave_image" ] || fact weave_image "$weave_image"
}

# A stopped engine may leave its socket behind.
facts_weave_image() {
  docker_cli ps --filter 'name=^/weave$' --format '{{.Image}}' 2>/dev/null && return
  weave_words=$(docker_cli ps 2>&1) || :
  case $weave_words in
    *'Cannot connect to the Docker daemon'*) ;;
    *) fail "$weave_words" ;;
  esac
}
