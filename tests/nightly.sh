#!/usr/bin/env bash
# The long versions of the tests, one after the other: a night of them. What fails holds up nothing that follows, and at
# the end there is a line for each. Logs are kept below build/nightly. Arguments are parts to run, instead of all.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/nightly
parts=(suite sanitizers threads faults hostile kernel_6.1 kernel_6.12 sharing systemd fuzz coverage)

suite() { XDPFWD_TEST_PACKETS=100000000 XDPFWD_TEST_SEQUENCES=20000 "$root/tests/run.sh" -LE kernels --timeout 36000; }
sanitizers() { in_small asan -L 'unit|datapath|integration'; }
threads() { in_small tsan -L 'unit|integration'; }
faults() { XDPFWD_TEST_FAULTS=all XDPFWD_TEST_HEAL=1000 "$root/tests/run.sh" -L faults -V; }
hostile() { XDPFWD_TEST_REQUESTS=10000 "$root/tests/run.sh" -L integration -R 'a thousand clients' -V; }
kernel_6.1() { "$root/tests/kernels/run.sh" 6.1 all; }
kernel_6.12() { "$root/tests/kernels/run.sh" 6.12 all; }
sharing() {
  XDPFWD_TEST_RESTARTS=30 XDPFWD_TEST_FAULTS=all XDPFWD_KERNEL_LIMIT=7200 "$root/tests/kernels/run.sh" 6.12 '[sharing]'
}
systemd() { XDPFWD_TEST_SYSTEMD=1 "$root/tests/run.sh" -L systemd -V; }
fuzz() { XDPFWD_TEST_FUZZ=600 "$root/tests/run.sh" -L fuzz -V; }
coverage() { XDPFWD_PRESET=coverage "$root/tests/run.sh" -L 'unit|datapath|integration'; }

in_small() (
  # shellcheck source=tests/small_sizes.sh
  source "$root/tests/small_sizes.sh"
  XDPFWD_PRESET=$1 "$root/tests/run.sh" "${@:2}"
)

main() {
  local part results=() failed=0
  (($#)) && parts=("$@")
  for part in "${parts[@]}"; do
    declare -F "$part" >/dev/null || { echo "nightly.sh: there is no part $part" >&2; exit 2; }
  done
  mkdir -p "$logs"
  for part in "${parts[@]}"; do
    local begin=$SECONDS result=passed
    echo "$part ..."
    "$part" >"$logs/$part.log" 2>&1 || result=FAILED failed=1
    results+=("$(printf '%-12s %-7s %5d s  %s' "$part" "$result" $((SECONDS - begin)) "$logs/$part.log")")
    echo "${results[-1]}"
  done
  printf '\n%s\n' "${results[@]}"
  return "$failed"
}

main "$@"
