#!/usr/bin/env bash
# Runs the tests on a build that counts what runs, and tells for each room how much of it did. Arguments go on to ctest;
# without any it is all but what takes a machine of its own.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/coverage
# shellcheck source=packaging/dependencies.sh
source "$root/packaging/dependencies.sh"

# A line for each room, from gcovr's summary of files. Branches that an exception takes are left out: the compiler makes
# one of every call.
rooms='
  def percent(of): if of == 0 then "-" else "\(1000 * . / of | round / 10)" end;
  .files
  | map(select(.line_total > 0) | .room = (.filename | split("/") | if .[0] == "daemon" and length > 2 then .[:2] else .[:1] end | join("/")))
  | (group_by(.room) + [.])[]
  | (map(.line_total) | add) as $lines | (map(.branch_total) | add) as $branches
  | [(if (map(.room) | unique | length) == 1 then .[0].room else "all" end),
     $lines, (map(.line_covered) | add | percent($lines)), $branches, (map(.branch_covered) | add | percent($branches))]
  | @tsv'

# Lines of a JSON literal: the compiler makes branches of them that take down what it has built so far, for exceptions.
json_literals='(.*json\{\{.*|.*return \{\{".*|\s*\{".*|\s*\}+\)*[,;]*|.*\(\{\{".*)'

# Tests that take longer than they may where each branch is counted.
too_slow='a thousand clients that mean harm|a naive model about random lists|what a change does not concern'

# Counting makes everything several times slower, and other users that a test runs programs as count, too.
prepare_run() {
  find "$build" -name '*.gcda' -delete
  find "$build" -type d -exec chmod a+rwx {} +
  umask 0
  # shellcheck source=tests/small_sizes.sh
  source "$root/tests/small_sizes.sh"
}

main() {
  ((EUID == 0)) || { echo "coverage.sh: most of the tests need root" >&2; exit 1; }
  install_missing "${test_packages[@]}" "${coverage_packages[@]}"
  cd "$root"
  cmake --preset coverage
  cmake --build --preset coverage
  prepare_run
  local failed=0
  (($#)) || set -- -L 'unit|datapath|integration' -E "$too_slow"
  ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" "$@" || failed=1
  gcovr --root . --filter common/ --filter ctl/ --filter daemon/ --exclude-throw-branches --exclude-unreachable-branches \
    --exclude-branches-by-pattern "$json_literals" --json-summary "$build/summary.json" "$build" 2>"$build/gcovr.log" ||
    { cat "$build/gcovr.log" >&2; exit 1; }
  printf '\n%-22s %7s %6s %9s %6s\n' room lines % branches %
  jq -r "$rooms" "$build/summary.json" | awk -F '\t' '{ printf "%-22s %7s %6s %9s %6s\n", $1, $2, $3, $4, $5 }'
  return "$failed"
}

main "$@"
