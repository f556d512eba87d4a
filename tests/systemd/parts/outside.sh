# The world outside of the container, as a program that is told what to send: a line in, a line out.
# shellcheck shell=bash disable=SC2154

# begin_outside NETWORK-NAMESPACE ADDRESS...
begin_outside() {
  coproc outside { exec "$outside_program" "$@"; }
  outside_pid=$!
  # Checks run in subshells, which a coprocess's own descriptors are kept from.
  exec 7<&"${outside[0]}" 8>&"${outside[1]}"
  eval "exec ${outside[0]}<&- ${outside[1]}>&-"
  local line
  read -r line <&7
  [[ $line == ready ]]
}

end_outside() {
  exec 7<&- 8>&-
  wait "$outside_pid" || true
}

# tell COMMAND [ARGUMENT]: its answer is in $answer.
tell() {
  echo "$*" >&8
  read -r answer <&7
}

passes() { tell passes "$1" && [[ $answer == yes ]]; }
is_blocked() { tell blocked "$1" && [[ $answer == yes ]]; }

# The flood's own addresses, as in tests/harness/sandbox_network.cpp.
flood_ipv4=198.18.1.66
flood_ipv6=2001:db8:1::66

# Blocks the flood's sources and lets it begin. What their entries have counted before is remembered.
begin_flood() {
  inside xdpfwctl block "$flood_ipv4" "$flood_ipv6"
  counted_before=$(counted)
  tell flood
  flood_goes_on
}

# Returns when so many packets more are sent that whatever was done before would have shown.
flood_goes_on() {
  tell wait 20000
  [[ $answer == yes ]]
}

# Ends it: not one blocked packet got through, each was counted by its entry, and no good one is missing.
end_flood_without_a_leak() {
  flood_goes_on
  tell end
  local sent
  sent=$(jq '.blocked_sent | add' <<<"$answer")
  detail "$sent blocked packets, $(jq .leaked <<<"$answer") leaked"
  detail "$(jq '.good_sent | add' <<<"$answer") good ones, $(jq .lost <<<"$answer") lost"
  [[ $(jq .leaked <<<"$answer") == 0 && $(jq .lost <<<"$answer") == 0 ]]
  [[ $(($(counted) - counted_before)) == "$sent" ]]
}

counted() {
  inside xdpfwctl --json list | jq "[.entries[] | select(.prefix == (\"$flood_ipv4\", \"$flood_ipv6\")) | .packets] | add"
}
