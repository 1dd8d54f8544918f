# The addresses that this server has, by which a load balancer may know it. Changes nothing.
# Facts: address, each
# shellcheck shell=sh
work() {
  # /proc/net/fib_trie has those of IPv4 wherever there is Linux; ip is not everywhere.
  if has ip; then
    addresses=$(ip -o addr show scope global | sed -n 's/.* inet6\{0,1\} \([0-9a-fA-F.:]*\).*/\1/p')
  else
    addresses=$(hostname -I | tr ' ' '\n')
  fi
  facts address "$addresses"
}
