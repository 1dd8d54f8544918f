# apt-get as it runs where nobody can answer: no questions, no pty, and a file that was changed by hand stays.
# Changes: what apt-get is told to
# shellcheck shell=sh

# apt_get WORDS…
apt_get() {
  export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical UCF_FORCE_CONFFOLD=1
  export APT_LISTCHANGES_FRONTEND=none APT_LISTBUGS_FRONTEND=none NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l
  apt-get -q -y -o Dpkg::Use-Pty=0 -o APT::Color=0 -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    -o Acquire::Retries=3 -o Acquire::http::Timeout=30 "$@"
}
