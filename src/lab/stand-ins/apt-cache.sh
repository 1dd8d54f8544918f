#!/bin/sh
# apt-cache policy [NAME…]
set -eu
pins=
names=
for word; do
  case $word in
    Dir::Etc::Preferences=*) pins=yes ;;
    -o | Dir::* | policy) ;;
    *) names="$names $word" ;;
  esac
done

source_line() { printf 'http://archive.example/ubuntu %s/main amd64 Packages' "$1"; }

list_source() {
  printf ' %s %s\n' "$1" "$(source_line "$2")"
  printf '     release v=24.04,o=Ubuntu,a=%s,n=noble,l=Ubuntu,c=main,b=amd64\n     origin archive.example\n' "$2"
}

list_sources() {
  printf 'Package files:\n 100 /var/lib/dpkg/status\n     release a=now\n'
  list_source 500 noble-security
  if [ -n "$pins" ]; then
    list_source -1 noble-updates
    list_source 50 noble
  else
    list_source 500 noble-updates
    list_source 500 noble
  fi
  printf 'Pinned packages:\n'
}

# Newest first, down to the installed one.
list_versions() {
  awk -F '|' -v names=" $names " '
    NR == FNR { if (index(names, " " $1 " ")) { version[$1] = $2; order[++count] = $1 }; next }
    index(names, " " $1 " ") {
      if (!($1 in rows) && !($1 in version)) order[++count] = $1
      if ($2 == version[$1]) above[$1] = ""
      else above[$1] = "     " $2 " 500\n        500 http://archive.example/ubuntu " $3 "/main amd64 Packages\n" above[$1]
      rows[$1]++
      newest[$1] = $2
    }
    END {
      for (i = 1; i <= count; i++) {
        name = order[i]
        now = name in version ? version[name] : "(none)"
        printf "%s:\n  Installed: %s\n  Candidate: %s\n  Version table:\n", name, now, name in rows ? newest[name] : now
        printf "%s", above[name]
        if (name in version) printf " *** %s 100\n        100 /var/lib/dpkg/status\n", now
      }
    }' "$MAESTRO_ROOT/lab/dpkg" "$MAESTRO_ROOT/lab/archive"
}

if [ -n "$names" ]; then list_versions; else list_sources; fi
