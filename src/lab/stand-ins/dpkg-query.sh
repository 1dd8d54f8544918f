#!/bin/sh
# dpkg-query -W -f FORMAT [PATTERN…]: fills in the fields by the lab's table of packages. 1 where no package is meant.
set -eu
format=
while [ $# -gt 0 ]; do
  case $1 in
    -W) shift ;;
    -f) format=$2 && shift 2 ;;
    *) break ;;
  esac
done

is_meant() {
  [ $# -gt 1 ] || return 0
  package=$1
  shift
  for pattern; do
    # shellcheck disable=SC2254  # a pattern of the shell's kind
    case $package in $pattern) return 0 ;; esac
  done
  return 1
}

meant=$(while IFS='|' read -r name version state; do
  ! is_meant "$name" "$@" || printf '%s|%s|%s\n' "$name" "$version" "$state"
done <"$MAESTRO_ROOT/lab/dpkg")
[ -n "$meant" ] || exit 1

printf '%s\n' "$meant" | awk -F '|' -v format="$format" '
  BEGIN { words["ii"] = "install ok installed"; words["hi"] = "hold ok installed"; words["iF"] = "install ok half-configured" }
  function fill(text, field, value,    at) {
    while ((at = index(text, "${" field "}")) > 0)
      text = substr(text, 1, at - 1) value substr(text, at + length(field) + 3)
    return text
  }
  {
    line = fill(fill(format, "binary:Package", $1), "Package", $1)
    line = fill(fill(line, "Version", $2), "db:Status-Abbrev", $3 " ")
    printf "%s", fill(line, "Status", words[$3])
  }'
