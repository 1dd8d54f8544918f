# Services on deleted libraries and the pending kernel, by needrestart. Wrong without root.
# Facts:
#   needrestart       yes or no
#   needrestart_line  each, as `needrestart -b` prints them
# shellcheck shell=sh
facts_needrestart() {
  if ! has needrestart; then
    fact needrestart no
    return 0
  fi
  # Mode l only lists, whatever the server's own configuration says.
  needrestart_lines=$(within 30 as_root env NEEDRESTART_MODE=l LC_ALL=C.UTF-8 needrestart -b)
  fact needrestart yes
  facts needrestart_line "$needrestart_lines"
}
