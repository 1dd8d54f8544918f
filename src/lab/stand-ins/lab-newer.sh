#!/bin/sh
# lab-newer all|security [NAME…]: what apt would install by the lab's tables, without the names given: name, version now
# (- for none), version then, suite. Of the rows of a package in lab/archive the later one is the newer.
set -eu
mode=$1
shift
awk -F '|' -v mode="$mode" -v left=" $* " '
  NR == FNR { version[$1] = $2; state[$1] = $3; next }
  { name[++rows] = $1; to[rows] = $2; suite[rows] = $3; brings[rows] = $4; row[$1] = rows
    if ($1 in version && $2 == version[$1]) at[$1] = rows }
  function show(r) { print name[r], name[r] in version ? version[name[r]] : "-", to[r], suite[r] }
  END {
    for (r = 1; r <= rows; r++) {
      wanted = state[name[r]] ~ /^i[iF]/ && r > at[name[r]] && !index(left, " " name[r] " ")
      if (wanted && (mode == "all" || suite[r] == "noble-security")) pick[name[r]] = r
    }
    for (r = 1; r <= rows; r++) if (pick[name[r]] == r) {
      if (brings[r] != "" && !(brings[r] in version)) show(row[brings[r]])
      show(r)
    }
  }' "$MAESTRO_ROOT/lab/dpkg" "$MAESTRO_ROOT/lab/archive"
