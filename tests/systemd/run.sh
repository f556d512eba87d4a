#!/usr/bin/env bash
# Installs the Debian package in a Debian that systemd has booted, in a container, and checks the service there: what a
# unit, a package and a journal do is only seen where they are real. docs/testing.md tells more.
# run.sh OUTSIDE [CHECK...]: OUTSIDE is the program that sends packets; some checks alone, by name.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=$root/build/systemd
# shellcheck source=packaging/dependencies.sh
source "$root/packaging/dependencies.sh"
for part in "$here"/parts/*.sh "$here"/checks/*.sh; do
  # shellcheck source=/dev/null
  source "$part"
done

# In the order in which they run, which matters.
all_checks=(
  install files filters security                          # checks/installed.sh
  reload restart stop bad-config-at-start kill watchdog read-only-disk # checks/running.sh
  metrics journal catalog                                 # checks/watching.sh
  doctor doctor-paths doctor-rights doctor-group          # checks/doctor.sh
  access                                                  # checks/access.sh
  upgrade boot remove install-again purge                 # checks/package.sh
)

skip() {
  echo "SKIPPED: $1"
  exit 77
}

# Everything from here on is in namespaces of its own, so that nothing is left when it ends, however it ends: no process,
# no mount, no pin.
in_namespaces() {
  [[ ${1-} == --in-namespaces ]] && return
  [[ ${XDPFWD_TEST_SYSTEMD-} ]] ||
    skip 'it builds the package and installs a Debian, which takes minutes: XDPFWD_TEST_SYSTEMD=1 tests/run.sh -L systemd'
  ((EUID == 0)) || skip 'needs root, to boot a container'
  install_missing "${deb_packages[@]}" "${container_packages[@]}"
  unshare --mount true 2>/dev/null || skip 'needs the right to make namespaces (CAP_SYS_ADMIN)'
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock -n 9 || skip 'another run is at it'
  exec unshare --mount --pid --fork --kill-child --mount-proc "$0" --in-namespaces "$@"
}

# Goes on after a failure.
main() {
  # The first process of its namespace, which gets only signals that it asks for.
  trap 'exit 130' INT TERM
  outside_program=$1
  shift
  prepare_package
  prepare_root
  open_container
  local check
  for check in "${all_checks[@]}"; do
    (($# == 0)) || [[ " $* install filters " == *" $check "* ]] || continue
    [[ $check != boot ]] || boot_again
    run_check "$check"
  done
  close_container
  echo "$passed passed, $failed failed"
  ((failed == 0))
}

in_namespaces "$@"
shift
main "$@"
