#!/bin/sh
# apt-config dump: the settings in the order of their files, lists written out; `#clear` takes back what came before.
set -eu
[ "$1" = dump ]
for file in "$MAESTRO_ROOT"/etc/apt/apt.conf.d/*; do [ ! -f "$file" ] || cat "$file"; done | awk '
  /^#clear / {
    name = $2
    sub(/;$/, "", name)
    for (i = 1; i <= count; i++) if (index(line[i], name) == 1) line[i] = ""
    next
  }
  /^[A-Za-z].* [{]$/ { list = $1; next }
  /^};/ { list = ""; next }
  list != "" { sub(/^ */, ""); line[++count] = list ":: " $0; next }
  /^[A-Za-z]/ { line[++count] = $0 }
  END { for (i = 1; i <= count; i++) if (line[i] != "") print line[i] }'
