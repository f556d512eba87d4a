# Sizes of tests where everything takes several times as long, unless the environment has others; to be sourced.
# shellcheck shell=bash
declare -A small_sizes=([PACKETS]=500000 [RESTARTS]=3 [EXPIRY]=5000 [SYNC]=10000 [SEQUENCES]=400)
for name in "${!small_sizes[@]}"; do
  variable=XDPFWD_TEST_$name
  export "$variable=${!variable:-${small_sizes[$name]}}"
done
unset name variable small_sizes
