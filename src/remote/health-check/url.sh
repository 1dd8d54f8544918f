# Asks a URL here, where sshd forwards nothing.
# Inputs: url
# Facts: service_status, the HTTP status, or none where nobody answered
# shellcheck shell=sh
work() {
  service_status=''
  if has curl; then
    service_status=$(curl -s -k -o /dev/null -m 10 -w '%{http_code}' -- "$MAESTRO_URL") || :
  elif has wget; then
    service_status=$(wget -S -q -T 10 -t 1 --no-check-certificate -O /dev/null -- "$MAESTRO_URL" 2>&1 |
      sed -n 's/^ *HTTP\/[0-9.]* \([0-9]*\).*/\1/p' | head -n 1) || :
  else
    fail 'sshd forwards nothing here (AllowTcpForwarding), and neither curl nor wget is installed'
  fi
  case $service_status in '' | 000) service_status=none ;; esac
  fact service_status "$service_status"
}
