#!/bin/sh
# apt-get [-s] [--print-uris] [--download-only] update|upgrade|dist-upgrade|install NAME…|purge NAME…
set -eu
how=really verb='' pins='' names=''
for word; do
  case $word in
    -s) how=simulated ;;
    --print-uris) how=uris ;;
    --download-only) how=download ;;
    Dir::Etc::Preferences=*) pins=${word#*=} ;;
    -* | *::*=*) ;;
    *) if [ -z "$verb" ]; then verb=$word; else names="$names $word"; fi ;;
  esac
done

# What stays, by the pins: every package that they name.
left_by_pins() { sed -n 's/^Package: \([a-z].*\)/\1/p' "$pins" | tr '\n' ' '; }

# name now to suite, a line each
choose() {
  case $verb in
    upgrade | dist-upgrade)
      # shellcheck disable=SC2046  # words
      if [ -n "$pins" ]; then lab-newer security $(left_by_pins); else lab-newer all; fi
      ;;
    install) for name in $names; do choose_by_name "$name"; done ;;
  esac
}

choose_by_name() {
  ! grep -q "^$1|.*|[hi]i\$" "$MAESTRO_ROOT/lab/dpkg" || return 0
  awk -F '|' -v name="$1" '$1 == name { line = $1 " - " $2 " " $3 } END { if (line != "") print line }' "$MAESTRO_ROOT/lab/archive"
}

chosen=$(choose)

each() {
  printf '%s\n' "$chosen" | while read -r name now to suite; do
    [ -z "$name" ] || "$1" "$name" "$now" "$to" "$suite"
  done
}

simulate() {
  now=" [$2]"
  [ "$2" != - ] || now=
  printf 'Inst %s%s (%s Ubuntu:24.04/%s [amd64])\n' "$1" "$now" "$3" "$4"
  printf 'Conf %s (%s Ubuntu:24.04/%s [amd64])\n' "$1" "$3" "$4"
}

uri() { printf "'http://archive.example/ubuntu/%s_%s_amd64.deb' %s_%s_amd64.deb 1200000 SHA256:0\n" "$1" "$3" "$1" "$3"; }

download() { printf 'Get: http://archive.example/ubuntu %s/main amd64 %s %s\n' "$4" "$1" "$3"; }

# dpkg leaves a package whose postinst fails half configured, and apt-get ends with 100.
install_one() {
  printf 'Unpacking %s (%s) ...\n' "$1" "$3"
  sleep "$(cat "$MAESTRO_ROOT/lab/pace")"
  printf 'Setting up %s (%s) ...\n' "$1" "$3"
  ! lab-fault drops || await_cut
  ! lab-fault failing-postinst || break_off "$1" "$3"
  lab-install "$1" "$3" ii
}

# The line goes in the middle of this for certain, where anybody follows it.
await_cut() {
  tries=50
  until [ -e "$MAESTRO_ROOT/lab/cut" ] || [ "$tries" = 0 ]; do
    tries=$((tries - 1))
    sleep 0.2
  done
}

break_off() {
  lab-install "$1" "$2" iF
  {
    printf 'dpkg: error processing package %s (--configure):\n' "$1"
    printf ' installed %s package post-installation script subprocess returned error exit status 1\n' "$1"
    printf 'E: Sub-process /usr/bin/dpkg returned an error code (1)\n'
  } >&2
  exit 100
}

refresh() {
  for suite in noble-security noble-updates noble; do
    printf 'Hit: http://archive.example/ubuntu %s InRelease\n' "$suite"
    : >"$MAESTRO_ROOT/var/lib/apt/lists/archive.example_ubuntu_dists_${suite}_main_binary-amd64_Packages"
  done
  touch "$MAESTRO_ROOT/var/lib/apt/lists"
}

purge() {
  for name in $names; do
    grep -q "^$name|" "$MAESTRO_ROOT/lab/dpkg" || continue
    printf 'Purg %s\n' "$name"
    [ "$how" = really ] || continue
    awk -F '|' -v name="$name" '$1 != name' "$MAESTRO_ROOT/lab/dpkg" >"$MAESTRO_ROOT/lab/dpkg.new"
    mv "$MAESTRO_ROOT/lab/dpkg.new" "$MAESTRO_ROOT/lab/dpkg"
    [ "$name" != unattended-upgrades ] || rm -f "$MAESTRO_ROOT/usr/bin/unattended-upgrade"
  done
}

case $verb in
  update) [ "$how" = simulated ] || refresh ;;
  purge) purge ;;
  *)
    case $how in
      simulated) each simulate ;;
      uris) each uri ;;
      download) each download ;;
      really) each install_one ;;
    esac
    ;;
esac
