#!/bin/sh
# unattended-upgrade --dry-run --debug: what the night would install, and from where.
set -eu
# shellcheck disable=SC2016  # apt's own variables
allowed=$(apt-config dump | sed -n 's/^Unattended-Upgrade::Allowed-Origins:: "\(.*\)";/o=\1/p' |
  sed 's/:/,a=/; s/${distro_id}/Ubuntu/; s/${distro_codename}/noble/' | tr '\n' ' ' | sed 's/ $//; s/ /, /g')
printf 'Allowed origins are: %s\n' "$allowed"
packages=$(lab-newer security | cut -d ' ' -f 1 | tr '\n' ' ')
if [ -z "$packages" ]; then
  echo 'No packages found that can be upgraded unattended and no pending auto-removals'
else
  printf 'Packages that will be upgraded: %s\nAll upgrades installed\n' "${packages% }"
fi
