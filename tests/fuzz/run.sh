#!/usr/bin/env bash
# Fuzzes what reads bytes that others wrote: libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer.
# run.sh [SECONDS-EACH] [TARGET...]: a target is a directory of seeds/. Without SECONDS-EACH it is skipped unless
# XDPFWD_TEST_FUZZ has them. Other tests may run beside it: the fuzzers leave them most of the processors. docs/testing.md
# tells more.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/build/fuzz
# shellcheck source=packaging/dependencies.sh
source "$root/packaging/dependencies.sh"

skip() {
  echo "SKIPPED: $1"
  exit 77
}

# Longer inputs cost time and find nothing more, but a list has lines that are too long.
declare -A longest=([capture]=2048 [config]=4096 [list]=6000 [model]=512 [packet]=128 [prefix]=256 [request]=2048)

build_fuzzers() {
  mkdir -p "$build"
  (cd "$root" && cmake --preset fuzz && cmake --build --preset fuzz) >"$build/build.log" 2>&1
}

# One line of a log's statistics.
statistic() {
  sed -n "s/^stat::$1: *//p" "$2"
}

# Prints a line; fails where the target found something.
fuzz() {
  local target=$1 seconds=$2 log=$build/$1.log corpus=$build/corpus/$1 crashes=$build/crashes/$1 status=0
  if [[ $target == packet ]] && ((EUID)); then
    echo 'packet   SKIPPED: it takes root to load the program into the kernel'
    return
  fi
  mkdir -p "$corpus" "$crashes"
  nice -n 19 "$build/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -max_len="${longest[$target]-4096}" -timeout=60 \
    -rss_limit_mb=2048 -use_value_profile=1 -print_final_stats=1 -artifact_prefix="$crashes/" \
    "$corpus" "$here/seeds/$target" >"$log" 2>&1 || status=$?
  local coverage
  coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  if ((status)); then
    printf '%-8s FAILED: %s\n' "$target" "$(grep -m 1 -E 'ERROR|what\(\)|SUMMARY' "$log" || tail -n 1 "$log")"
    sed -n "s/.*Test unit written to //p" "$log" |
      sed "s|.*|         the input: &; once it is fixed, put it into tests/fuzz/seeds/$target|"
    echo "         all that was said: $log"
    return 1
  fi
  printf '%-8s %12s executions %8s/s  coverage %6s  ok\n' "$target" "$(statistic number_of_executed_units "$log")" \
    "$(statistic average_exec_per_sec "$log")" "$coverage"
}

main() {
  local seconds=${1:-${XDPFWD_TEST_FUZZ-}} target targets failed=0
  [[ $seconds ]] || skip 'it takes minutes: XDPFWD_TEST_FUZZ=60 tests/run.sh -L fuzz, with the seconds for each target'
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "run.sh: SECONDS-EACH must be a number: $seconds" >&2; exit 2; }
  shift || true
  targets=("$@")
  (($#)) || targets=("${!longest[@]}")
  mapfile -t targets < <(printf '%s\n' "${targets[@]}" | sort)
  for target in "${targets[@]}"; do
    [[ -d $here/seeds/$target ]] || { echo "run.sh: there is no target $target; there are: $(cd "$here/seeds" && echo *)" >&2; exit 2; }
  done

  install_missing "${fuzz_packages[@]}"
  build_fuzzers || { tail -n 40 "$build/build.log" >&2; exit 1; }
  local running=0 places=$(($(nproc) + 1))
  for target in "${targets[@]}"; do
    if ((running == places)); then
      wait -n || failed=1
      running=$((running - 1))
    fi
    fuzz "$target" "$seconds" &
    running=$((running + 1))
  done
  for ((; running > 0; running--)); do wait -n || failed=1; done
  exit "$failed"
}

main "$@"
