# The processes of a detached job: the first one and all that came from it.
# shellcheck shell=sh disable=SC2154
# A line for each process of the server: pid, parent, session, ticks of CPU with those of its ended children, state, start, name.
job_processes() {
  cat "$MAESTRO_ROOT"/proc/[0-9]*/stat 2>/dev/null | awk '{
    line = name = $0
    sub(/^[0-9]+ \(/, "", name)
    sub(/\) [^)]*$/, "", name)
    sub(/^.*\) /, "", line)
    if (split(line, f, " ") >= 20) print $1, f[2], f[4], f[12] + f[13] + f[14] + f[15], f[1], f[20], name
  }'
}

# job_tree PID: of those the ones that come from this one, parents before children: depth (its own is 0), then the same fields.
job_tree() {
  job_processes | awk -v first="$1" '
    { parent[$1] = $2; line[$1] = $0; order[NR] = $1 }
    function show(pid, depth,    i) {
      if (depth > 20) return
      print depth, line[pid]
      for (i = 1; i <= NR; i++) if (parent[order[i]] == pid) show(order[i], depth + 1)
    }
    END { if (first in line) show(first, 0) }'
}
