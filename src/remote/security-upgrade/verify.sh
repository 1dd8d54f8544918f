# What has moved on the server since the upgrade began. Changes nothing.
# Inputs: job_run, job_step, names (of the packages that were planned, with a space between)
# Facts:
#   moved_since     yes, or no: the upgrade never came so far as to begin
#   moved           each package that changed: name|from|to
#   moved_planned   each that was planned, as it is now: name|version
#   moved_broken    each that is not fully installed: name and state
#   moved_conffile  each new default that lies beside a file that was changed by hand
#   moved_failed    each failed unit
#   moved_fix       each package whose changelog names what it fixes: name: CVE-…, CVE-…
# shellcheck shell=sh
work() {
  before=$MAESTRO_ROOT/var/lib/maestro/$MAESTRO_JOB_RUN/$MAESTRO_JOB_STEP.before
  # shellcheck disable=SC2016  # dpkg-query fills these in
  now=$(dpkg-query -W -f '${binary:Package}|${Version}|${db:Status-Abbrev}\n')
  now=$(printf '%s\n' "$now" | native_names)
  planned=$(printf '%s\n' "$now" | awk -F '|' -v names=" $MAESTRO_NAMES " 'index(names, " " $1 " ") { print $1 "|" $2 }')
  facts moved_planned "$planned"
  broken=$(printf '%s\n' "$now" | awk -F '|' '$3 !~ /^(.i |rc |un |pn )/ { print $1 " " $3 }')
  facts moved_broken "$broken"
  if [ -e "$before" ]; then since_before; else fact moved_since no; fi
}

since_before() {
  was=$(native_names <"$before")
  moved=$(printf '%s\n\n%s\n' "$was" "$now" | awk -F '|' '
    /^$/ { isNow = 1; next }
    !isNow { was[$1] = $2; next }
    { is[$1] = $2; if (was[$1] != $2) print $1 "|" was[$1] "|" $2 }
    END { for (name in was) if (!(name in is)) print name "|" was[name] "|" }' | sort)
  # dpkg gives a file the time that it has in its package: that of the change of its inode is when it came.
  conffiles=$(find "$MAESTRO_ROOT/etc" -xdev -cnewer "$before" \( -name '*.dpkg-dist' -o -name '*.dpkg-new' -o -name '*.ucf-dist' \))
  fact moved_since yes
  facts moved "$moved"
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
