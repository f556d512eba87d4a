# A sandbox for the quickstart: two network namespaces joined by a veth pair, and a bpffs and a directory of its own.
# Nothing in it touches the machine's own interfaces.
# shellcheck shell=bash disable=SC2034,SC2154

host_ns=xdpfwd-host
host_interface=xdpfwd-host0
host_ipv4=198.51.100.1
host_ipv6=2001:db8:51::1
outside_ns=xdpfwd-outside
outside_interface=xdpfwd-out0
outside_ipv4=198.51.100.2
outside_ipv6=2001:db8:51::2
sandbox_prefix=/run/xdpfwd-quickstart
sandbox=''

open_sandbox() {
  # Held as long as this script runs, so that what is found below is no other run's.
  exec 9>"$sandbox_prefix.lock"
  if ! flock -n 9; then
    echo "Another quickstart is running on this machine." >&2
    return 1
  fi
  trap 'close_sandbox; rm -f "$sandbox_prefix.lock"' EXIT
  close_sandbox
  sandbox=$(mktemp -d "$sandbox_prefix.XXXXXX")
  failure_log=$sandbox/log
  mkdir "$sandbox/bpf" "$sandbox/state"
  mount -t bpf bpf "$sandbox/bpf"
  ip netns add "$host_ns"
  ip netns add "$outside_ns"
  ip link add "$host_interface" netns "$host_ns" type veth peer "$outside_interface" netns "$outside_ns"
  bring_up "$host_ns" "$host_interface" "$host_ipv4" "$host_ipv6"
  bring_up "$outside_ns" "$outside_interface" "$outside_ipv4" "$outside_ipv6"
}

bring_up() {
  in_namespace "$1" ip address add "$3/24" dev "$2"
  in_namespace "$1" ip address add "$4/64" dev "$2" nodad
  in_namespace "$1" ip link set lo up
  in_namespace "$1" ip link set "$2" up
}

# nsenter, because `ip netns exec` hides bpffs and wants to mount things. Without the lock, which must end with this script.
in_namespace() { nsenter --net="/run/netns/$1" -- "${@:2}" 9>&-; }
on_outside() { in_namespace "$outside_ns" "$@"; }

# Takes down this run's sandbox, or what a killed run left of one.
close_sandbox() {
  local leftover
  end_processes
  for leftover in "$sandbox_prefix".*/; do
    [[ -d $leftover ]] || continue
    umount "${leftover}bpf" 2>/dev/null || true
    rm -rf --one-file-system "$leftover"
  done
  ip netns delete "$host_ns" 2>/dev/null || true
  ip netns delete "$outside_ns" 2>/dev/null || true
}

# What runs in the two namespaces, where nobody but this script starts anything; and what this run has only
# just started and may not be in there yet.
sandbox_pids() {
  jobs -pr
  ip netns pids "$host_ns" 2>/dev/null || true
  ip netns pids "$outside_ns" 2>/dev/null || true
}

end_processes() {
  local signal pids
  for signal in TERM KILL; do
    for _ in {1..50}; do
      pids=$(sandbox_pids)
      [[ $pids ]] || return 0
      # shellcheck disable=SC2086
      kill -s "$signal" $pids 2>/dev/null || true
      sleep 0.1
    done
  done
}

write_config() {
  cat >"$sandbox/xdpfwd.json" <<END
{
  "interfaces": [{"name": "$host_interface", "mode": "native"}],
  "control": {"socket": "$sandbox/control.sock", "admin_group": "root"},
  "state_dir": "$sandbox/state",
  "pin_dir": "$sandbox/bpf/xdpfwd"
}
END
}

# Starts the daemon in the protected namespace and waits until it answers; its pid is in $daemon. In a session of its own:
# a Ctrl-C in the terminal is this script's to handle.
start_daemon() {
  setsid nsenter --net="/run/netns/$host_ns" -- "$build/daemon/xdpfwd" --config "$sandbox/xdpfwd.json" \
    >>"$sandbox/log" 2>&1 9>&- &
  daemon=$!
  for _ in {1..100}; do
    kill -0 "$daemon" 2>/dev/null || break
    if on_host xdpfwctl ping >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  return 1
}

# The client needs no namespace: it talks to the sandbox's socket.
on_host() { "$@"; }
xdpfwctl() { "$build/ctl/xdpfwctl" --color "$color" --socket "$sandbox/control.sock" "$@"; }
