#!/usr/bin/env bash
# Builds xdpfwd and shows what it does, in a sandbox; or, with --interface, sets it up on this machine.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/quickstart
# shellcheck source=packaging/console.sh
source "$root/packaging/console.sh"
# shellcheck source=packaging/dependencies.sh
source "$root/packaging/dependencies.sh"
# shellcheck source=packaging/sandbox.sh
source "$root/packaging/sandbox.sh"
# shellcheck source=packaging/setup.sh
source "$root/packaging/setup.sh"

usage() {
  cat <<'END'
Usage: packaging/quickstart.sh [--interface NAME [--yes]]

As root, on Debian 12. Installs what a build needs, builds xdpfwd, and shows it at work between two
network namespaces. The machine's own interfaces are not touched, and nothing is left behind but
build/quickstart.

  --interface NAME   instead: install the Debian package and filter on this interface of the machine
  --yes              with --interface: do not ask
  --help             this text
END
}

usage_error() {
  printf 'quickstart.sh: %s\n\n' "$1" >&2
  usage >&2
  exit 2
}

# Sets $interface and $yes.
read_arguments() {
  interface='' yes=''
  while (($#)); do
    case $1 in
      --interface)
        [[ ${2-} =~ ^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,14}$ ]] || usage_error '--interface wants the name of an interface'
        interface=$2
        shift
        ;;
      --yes) yes=1 ;;
      --help) usage && exit ;;
      *) usage_error "unknown argument: $1" ;;
    esac
    shift
  done
  [[ $interface || ! $yes ]] || usage_error '--yes goes with --interface'
}

build_programs() {
  heading 'Build'
  install_missing "${build_packages[@]}" "${sandbox_packages[@]}"
  passed 'All packages are installed'
  mkdir -p "$build"
  failure_log=$build/log
  : >"$failure_log"
  local begin=$SECONDS
  typed here cmake --preset release -B build/quickstart -DXDPFWD_TESTS=OFF
  cmake -S "$root" --preset release -B "$build" -DXDPFWD_TESTS=OFF >>"$failure_log" 2>&1 || failed 'The build cannot begin'
  typed here cmake --build build/quickstart
  cmake --build "$build" 2>&1 | progress "$failure_log" || failed 'The build has failed'
  passed "Built in $((SECONDS - begin)) s: $("$build/daemon/xdpfwd" --version), $("$build/ctl/xdpfwctl" --version)"
}

received() { [[ $output =~ ([0-9]+)\ packets\ transmitted,\ ([0-9]+)\ received ]] && ((BASH_REMATCH[2] == $1)); }
output_has() { [[ $output =~ $1 ]]; }
attached_natively() { xdpfwctl --json status | grep -q '"mode": *"native"'; }
counts_drops() { xdpfwctl --json stats | grep -Eq '"dropped": *\{[^}]*"packets": *[1-9]'; }
has_ended() { ! kill -0 "$1" 2>/dev/null; }

# ping_both REPLIES TEXT: three pings over each of IPv4 and IPv6.
ping_both() {
  local address
  for address in "$host_ipv4" "$host_ipv6"; do
    typed outside "ping -c 3 -i 0.2 -W 1 $address | grep packets"
    output=$(on_outside ping -c 3 -i 0.2 -W 1 "$address" | grep packets) || true
    indent <<<"$output"
    expect "$2" received "$1"
  done
}

show_sandbox() {
  heading 'A sandbox: two network namespaces, and a cable between them'
  open_sandbox
  write_config
  note "host      $host_ipv4   $host_ipv6   the machine to protect"
  note "outside   $outside_ipv4   $outside_ipv6   somebody out there"
  typed host "xdpfwd --config $sandbox/xdpfwd.json &"
  start_daemon || failed 'The daemon does not answer'
  run host xdpfwctl status
  expect "The filter is attached to $host_interface in native mode" attached_natively
  ping_both 3 'Nothing is blocked: every ping is answered'
}

show_block() {
  heading 'Block an address: it takes effect before the command returns'
  run host xdpfwctl block "$outside_ipv4" "$outside_ipv6" --reason quickstart
  ping_both 0 'Every packet from there is dropped'
  run host xdpfwctl list
  expect 'The list tells who blocked it, and how often it was hit' output_has "$outside_ipv4.*quickstart"
  run host xdpfwctl stats
  expect 'The statistics count what was dropped' counts_drops
}

show_restart() {
  heading 'Restart the daemon while packets keep coming: what is blocked stays blocked'
  typed outside "ping -i 0.002 $host_ipv4 | grep packets &"
  nsenter --net="/run/netns/$outside_ns" -- ping -q -i 0.002 "$host_ipv4" >"$sandbox/ping" 2>&1 9>&- &
  local ping=$!
  sleep 1
  typed host "kill -TERM $daemon"
  kill -TERM "$daemon"
  wait "$daemon" || true
  expect 'No daemon runs any more' has_ended "$daemon"
  sleep 1
  typed host "xdpfwd --config $sandbox/xdpfwd.json &"
  start_daemon || failed 'The daemon does not come back'
  passed 'The daemon runs again'
  sleep 1
  typed outside "kill -INT $ping"
  kill -INT "$ping"
  wait "$ping" || true
  output=$(grep packets "$sandbox/ping") || true
  indent <<<"$output"
  expect 'Not one packet has leaked' received 0
  run host xdpfwctl list
  expect 'The block is still listed' output_has "$outside_ipv4"
}

show_unblock() {
  heading 'Unblock it'
  run host xdpfwctl unblock "$outside_ipv4" "$outside_ipv6"
  ping_both 3 'Every ping is answered again'
}

show_list() {
  heading 'Keep a list in force: around what the host itself needs, and only the difference is applied'
  printf '%s\n' "${outside_ipv4%.*}.0/24" "${outside_ipv6%::*}::/64" '203.0.113.5 - 203.0.113.20' >"$sandbox/feed.txt"
  run host xdpfwctl sync --source feed "$sandbox/feed.txt"
  expect 'Its own address is in the list, and still passes' output_has "$host_ipv4 \(own address\)"
  ping_both 0 'All others in the list are dropped'
  printf '203.0.113.5 - 203.0.113.20\n' >"$sandbox/feed.txt"
  run host xdpfwctl sync --source feed "$sandbox/feed.txt"
  expect 'What is no longer in the list is taken back' output_has '\+0 -2 =5 '
  ping_both 3 'Every ping is answered again'
}

farewell() {
  heading 'On a real interface'
  note "packaging/quickstart.sh --interface eth0   installs the package and filters on eth0"
  note "xdpfwctl --help                            shows everything the client can do"
}

main() {
  read_arguments "$@"
  if ((EUID)); then
    echo 'quickstart.sh: XDP programs and network namespaces are for root only: run it as root' >&2
    exit 1
  fi
  # On Ctrl-C too, what is set up is taken down: by the EXIT trap.
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  set -o errtrace
  trap 'failed "Failed: $BASH_COMMAND"' ERR
  if [[ $interface ]]; then
    set_up
    return
  fi
  build_programs
  show_sandbox
  show_block
  show_restart
  show_unblock
  show_list
  farewell
}

main "$@"
