# What the tests of a build with the preset `coverage` have run, as a table with a line for each room. Sourced by run.sh.
# shellcheck shell=bash

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

# begin_counting BUILD: forgets what was counted before. Other users that a test runs programs as count, too, and where
# one cannot, no program is to say so among what tests read.
begin_counting() {
  find "$1" -name '*.gcda' -delete
  find "$1" -type d -exec chmod a+rwx {} +
  umask 0
  export GCOV_ERROR_FILE=/dev/null
}

# print_coverage BUILD
print_coverage() {
  gcovr --root . --filter common/ --filter ctl/ --filter daemon/ --exclude-throw-branches --exclude-unreachable-branches \
    --exclude-branches-by-pattern "$json_literals" --json-summary "$1/summary.json" "$1" 2>"$1/gcovr.log" ||
    { cat "$1/gcovr.log" >&2; return 1; }
  printf '\n%-22s %7s %6s %9s %6s\n' room lines % branches %
  jq -r "$rooms" "$1/summary.json" | awk -F '\t' '{ printf "%-22s %7s %6s %9s %6s\n", $1, $2, $3, $4, $5 }'
}

# print_coverage_before_summary BUILD: passes on what ctest says, with the table above ctest's summary. Fails without it.
print_coverage_before_summary() {
  local line status=1
  while IFS= read -r line; do
    if [[ $line =~ ^[0-9]+%\ tests\ passed ]]; then print_coverage "$1" && echo && status=0; fi
    printf '%s\n' "$line"
  done
  return "$status"
}
