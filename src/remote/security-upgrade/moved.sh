# What has moved on the server since the upgrade began. Changes nothing.
# Inputs: job_run, job_step
# Facts:
#   moved           each package that changed: name|from|to
#   moved_broken    each that is not fully installed: name and state
#   moved_conffile  each new default that lies beside a file that was changed by hand
#   moved_failed    each failed unit
#   moved_fix       each package whose changelog names what it fixes: name: CVE-…, CVE-…
# shellcheck shell=sh
work() {
  before=$MAESTRO_ROOT/var/lib/maestro/$MAESTRO_JOB_RUN/$MAESTRO_JOB_STEP.before
  [ -e "$before" ] || fail 'the upgrade never began: there is no list of what was installed'
  # shellcheck disable=SC2016  # dpkg-query fills these in
  now=$(dpkg-query -W -f '${binary:Package}|${Version}|${db:Status-Abbrev}\n')
  moved=$(printf '%s\n' "$now" | awk -F '|' '
    NR == FNR { was[$1] = $2; next }
    { is[$1] = $2; if (was[$1] != $2) print $1 "|" was[$1] "|" $2 }
    END { for (name in was) if (!(name in is)) print name "|" was[name] "|" }' "$before" - | sort)
  broken=$(printf '%s\n' "$now" | awk -F '|' '$3 !~ /^(.i |rc |un |pn )/ { print $1 " " $3 }')
  # dpkg gives a file the time that it has in its package: that of the change of its inode is when it came.
  conffiles=$(find "$MAESTRO_ROOT/etc" -xdev -cnewer "$before" \( -name '*.dpkg-dist' -o -name '*.dpkg-new' -o -name '*.ucf-dist' \))
  facts moved "$moved"
  facts moved_broken "$broken"
  facts moved_conffile "$conffiles"
  if [ -d "$MAESTRO_ROOT/run/systemd/system" ]; then
    failed=$(systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1)
    facts moved_failed "$failed"
  fi
  fixes=$(fixes_of "$moved")
  facts moved_fix "$fixes"
}

# By the changelogs that came with the packages; a system that leaves documentation out has none.
fixes_of() {
  printf '%s\n' "$1" | while IFS='|' read -r name from to; do
    changelog=$MAESTRO_ROOT/usr/share/doc/${name%:*}/changelog.Debian.gz
    if [ -z "$from" ] || [ -z "$to" ] || [ ! -r "$changelog" ]; then continue; fi
    gzip -dc "$changelog" 2>/dev/null | numbers_since "$from" | sort -u | awk -v name="$name" '
      { all = all (NR > 1 ? ", " : "") $0 } END { if (NR > 0) print name ": " all }'
  done
}

# numbers_since VERSION: those of the entries above the one of that version; where it has none, those of the newest alone.
numbers_since() {
  awk -v from="$1" '
    /^[a-z0-9]/ { entry++; if (index($0, "(" from ")")) { isFound = 1; exit } }
    {
      rest = $0
      while (match(rest, /CVE-[0-9]+-[0-9]+/)) {
        found[++count] = substr(rest, RSTART, RLENGTH); in_entry[count] = entry
        rest = substr(rest, RSTART + RLENGTH)
      }
    }
    END { for (i = 1; i <= count; i++) if (isFound || in_entry[i] == 1) print found[i] }'
}
