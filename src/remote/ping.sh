# Who we are here as we log in, and what time it is. Changes nothing.
# Facts: user, now (epoch seconds)
# shellcheck shell=sh
work() {
  user=$(id -un)
  now=$(date +%s)
  fact user "$user"
  fact now "$now"
}
