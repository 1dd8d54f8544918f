# Finishes what dpkg was interrupted in. A detached job; can be repeated.
# Changes: packages that are not fully installed
# shellcheck shell=sh
work() {
  export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical UCF_FORCE_CONFFOLD=1 NEEDRESTART_SUSPEND=1
  dpkg --force-confdef --force-confold --configure -a </dev/null
  # Installs what is missing for the rest, and removes nothing.
  apt_get --no-remove -f install
}
