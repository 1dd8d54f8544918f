# What every server has, whatever it runs on: an identity of its own, and a power switch. Sourced after common.sh by
# server.sh and vm.sh, which set name, dir and power (its cgroup) and provide `run_system`: one boot, until it ends.
# Files in the server's folder that a test may put there:
#   boot-delay   seconds that firmware and boot loader take
#   stay-down    the next reboot ends in the dark
#   power-on     switches a server on that is off
# shellcheck shell=bash disable=SC2154

name_system() {
  local root=$1 archives='archive.ubuntu.com security.ubuntu.com download.docker.com'
  echo "$name" >"$root/etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n%s.254 %s\n' "$name" "$subnet" "$archives" >"$root/etc/hosts"
  echo 'nameserver 127.0.0.254' >"$root/etc/resolv.conf"
  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  install -m 600 "$dir/host_key" "$root/etc/ssh/ssh_host_ed25519_key"
  install -m 644 "$dir/host_key.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
  install -d -m 700 -o 1000 -g 1000 "$root/home/deploy/.ssh"
  install -m 600 -o 1000 -g 1000 "$run/controller/key.pub" "$root/home/deploy/.ssh/authorized_keys"
}

# keep_powered REBOOT: boots again whenever a boot ends with that exit code, else waits for the switch.
keep_powered() {
  local ending
  while :; do
    sleep "$(cat "$dir/boot-delay" 2>/dev/null || echo 0)"
    mkdir -p "$power"
    note on
    ending=0
    run_system & # in the background, where errors still end it
    wait $! || ending=$?
    note "off $ending"
    remove_cgroup "$power"
    if [ "$ending" != "$1" ] || [ -e "$dir/stay-down" ]; then await_power; fi
  done
}

await_power() {
  note dark
  until [ -e "$dir/power-on" ]; do sleep 0.1; done
  rm "$dir/power-on"
}

note() { echo "$(date +%s.%N) $*" >>"$dir/power.log"; }
