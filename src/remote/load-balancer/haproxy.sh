# Sends commands to HAProxy's runtime socket as root, where sshd does not let its user in.
# Inputs: socket, commands (with a semicolon between)
# Facts: haproxy, each line of the answer
# Changes: what the commands change
# shellcheck shell=sh
work() {
  [ -S "$MAESTRO_SOCKET" ] || fail "there is no socket $MAESTRO_SOCKET: is HAProxy running?"
  has socat || fail "socat is not installed, and $MAESTRO_SOCKET cannot be reached through SSH: apt-get install socat"
  answer=$(printf '%s\n' "$MAESTRO_COMMANDS" | within 20 socat -t 20 - "UNIX-CONNECT:$MAESTRO_SOCKET")
  facts haproxy "$answer"
}
