# Where Debian's packages come from: the archives that this machine's own apt uses. Sourced.
# shellcheck shell=bash

# archive_of CODENAME
# shellcheck disable=SC2016  # apt fills these in
archive_of() {
  apt-get indextargets --format '$(REPO_URI) $(CODENAME)' | awk -v suite="$1" '$2 == suite { print $1; exit }'
}
