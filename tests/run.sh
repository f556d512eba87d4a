#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests; arguments go on to ctest, as in `tests/run.sh -L unit`.
# XDPFWD_PRESET names another preset than release; with coverage, what ran is told above ctest's summary. docs/testing.md
# has what else there is.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${XDPFWD_PRESET:-release}
# shellcheck source=packaging/dependencies.sh
source "$root/packaging/dependencies.sh"

if ((EUID)); then
  echo "tests/run.sh: the tests load XDP programs into network namespaces of their own: run it as root" >&2
  exit 1
fi
install_missing "${test_packages[@]}"
[[ $preset != coverage ]] || install_missing "${coverage_packages[@]}"
fetch_test_programs "$root/build/tools"
export PATH=$PATH:$root/build/tools/usr/bin

cd "$root"
cmake --preset "$preset"
cmake --build --preset "$preset"
# Most tests wait for most of their time, and the virtual machine and the fuzzers each take a place for all of it.
run_tests=(ctest --test-dir "build/$preset" --output-on-failure --timeout 300 --parallel $(($(nproc) + 2)) "$@")
[[ $preset == coverage ]] || exec "${run_tests[@]}"

# shellcheck source=tests/coverage.sh
source "$root/tests/coverage.sh"
begin_counting "build/$preset"
"${run_tests[@]}" | print_coverage_before_summary "build/$preset"
