# Shows that we are root here. Changes nothing.
# Facts: uid
# shellcheck shell=sh
work() {
  uid=$(id -u)
  fact uid "$uid"
}
