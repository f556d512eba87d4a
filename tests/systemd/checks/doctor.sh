# doctor, which asks systemd about the unit, and what it proposes where a drop-in has broken the sandbox.
# shellcheck shell=bash disable=SC2154

check_doctor() {
  inside xdpfwctl doctor
  [[ $(verdict ok) == *'a daemon runs'*'xdpfwd.service is enabled, and active'* ]]
  inside xdpfwctl doctor --json | jq --exit-status 'all(.checks[]; .verdict | IN("ok", "note"))'
  # Also while it is stopped, which is when somebody asks.
  inside systemctl stop xdpfwd
  [[ $(verdict ok) == *'xdpfwd.service is enabled, and inactive'* ]]
  inside systemctl disable xdpfwd
  [[ $(verdict warning) == *'systemctl enable --now xdpfwd'* ]]
  inside systemctl enable --now xdpfwd
  detail "$(inside xdpfwctl doctor | tail -n 1)"
}

# What doctor says of the service with that verdict, with what it proposes.
verdict() {
  { inside xdpfwctl doctor --json || true; } |
    jq -r ".checks[] | select(.subject == \"service\" and .verdict == \"$1\") | .finding + \" \" + (.hint // \"\")"
}

# What doctor proposes as `add below [Service]: LINES`, put into a drop-in.
follow_hint() {
  local lines
  lines=$(sed -n 's/.*add below \[Service\]: //p' <<<"$1" | sed 's/ and: /\n/')
  [[ $lines ]]
  drop_in hint "$lines"
}

# The config file names a place that the sandbox keeps the daemon from.
check_doctor_paths() {
  inside systemctl stop xdpfwd
  inside xdpfwd --detach
  configure '{pin_dir: "/sys/fs/bpf/elsewhere"}'
  fails inside xdpfwctl doctor
  local failure
  failure=$(verdict failure)
  [[ $failure == *'pin_dir, /sys/fs/bpf/elsewhere'* ]]
  fails inside systemctl start xdpfwd
  inside systemctl stop xdpfwd
  follow_hint "$failure"
  inside xdpfwctl doctor
  inside systemctl start xdpfwd
  is_blocked 192.0.2.7
  inside systemctl stop xdpfwd
  inside xdpfwd --detach
  configure '{}'
  remove_drop_in hint
  # A drop-in that was written and not read yet.
  drop_in hint 'LimitCORE=0'
  echo 'LimitCORE=1' >>"$guest/etc/systemd/system/xdpfwd.service.d/hint.conf"
  [[ $(verdict warning) == *'systemctl daemon-reload'* ]]
  remove_drop_in hint
  inside systemctl start xdpfwd
  is_blocked 192.0.2.7
}

# doctor_mends WHAT: doctor names it, and is content once its hint was followed.
doctor_mends() {
  fails inside xdpfwctl doctor
  local failure
  failure=$(verdict failure)
  [[ $failure == *"$1"* ]]
  follow_hint "$failure"
  inside xdpfwctl doctor
}

# breaks LINES WHAT: with this drop-in the service does not start, and doctor knows and names what.
breaks() {
  drop_in broken "$1"
  fails inside systemctl restart xdpfwd
  inside systemctl stop xdpfwd
  is_blocked 192.0.2.7
  doctor_mends "$2"
  inside systemctl start xdpfwd
  inside systemctl stop xdpfwd
  remove_drop_in broken
  remove_drop_in hint
}

# A drop-in takes away what the kernel asks of the daemon.
check_doctor_rights() {
  breaks 'CapabilityBoundingSet=\nCapabilityBoundingSet=CAP_NET_ADMIN' CAP_BPF
  breaks 'CapabilityBoundingSet=\nCapabilityBoundingSet=CAP_BPF' CAP_NET_ADMIN
  breaks 'RestrictAddressFamilies=\nRestrictAddressFamilies=AF_UNIX AF_INET AF_INET6' AF_NETLINK
  breaks 'PrivateUsers=yes' PrivateUsers
  breaks 'SystemCallFilter=~bpf' bpf
  inside systemctl start xdpfwd
  inside xdpfwctl doctor
}

# The socket is to belong to a group that the daemon is not in.
check_doctor_group() {
  inside groupadd operators
  configure '{control: {admin_group: "operators"}}'
  doctor_mends 'the group operators'
  inside systemctl restart xdpfwd
  [[ $(inside stat -c '%a %U %G' /run/xdpfwd/control.sock) == '660 root operators' ]]
  configure '{}'
  remove_drop_in hint
  inside systemctl restart xdpfwd
  inside groupdel operators
}
