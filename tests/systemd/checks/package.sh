# The package's way through upgrades, a boot, removal and purge.
# shellcheck shell=bash disable=SC2154

# To a newer version and back, with the flood going on: neither dpkg nor systemd opens anything meanwhile.
check_upgrade() {
  inside xdpfwctl block 192.0.2.111 --ttl 1d --reason kept --source ids
  begin_flood
  local version pid
  for version in "$newer_version" "$older_version"; do
    pid=$(property MainPID)
    install_package "/packages/xdpfwd_$version.deb"
    [[ $(installed_version) == "$version" ]]
    is_up
    [[ $(property MainPID) != "$pid" ]]
    inside xdpfwctl --json list | jq -e '.entries[] | select(.prefix == "192.0.2.111")'
    flood_goes_on
  done
  install_package /packages/xdpfwd.deb
  end_flood_without_a_leak
  is_blocked 192.0.2.7
  [[ $(property StatusText) == ok:* ]]
  eventually one_generation
}

# After a boot nothing is pinned, the interface comes later, and the stored claims are in force again.
check_boot() {
  is_up
  is_blocked 192.0.2.7
  passes 192.0.2.8
  eventually is_ok
  inside journalctl --boot _PID=1 >"$layer/systemd.log"
  fails grep -F 'ordering cycle' "$layer/systemd.log"
  # It was told to start before the network, and began before it.
  local ours theirs
  ours=$(property ActiveEnterTimestampMonotonic)
  theirs=$(inside systemctl show --property ActiveEnterTimestampMonotonic --value network-pre.target)
  ((ours > 0 && theirs >= ours))
}

is_ok() { [[ $(property StatusText) == ok:* ]]; }

# The ids of all programs and maps that are pinned, one `prog 7` or `map 9` a line.
kernel_objects() {
  local pin kind
  while IFS= read -r pin; do
    for kind in prog map; do
      { bpftool --json "$kind" show pinned "$pin" 2>/dev/null || true; } |
        jq -r "select(.id) | \"$kind \(.id)\", (.map_ids[]? | \"map \(.)\")"
    done
  done < <(find "$bpf/xdpfwd" -type f)
}

none_is_left() {
  local kind id
  while read -r kind id; do
    if bpftool "$kind" show id "$id" 2>/dev/null; then return 1; fi
  done <"$1"
}

# Removing takes the filter off, and keeps what was blocked.
check_remove() {
  kernel_objects | sort -u >"$layer/objects"
  cat "$layer/objects"
  (($(grep -c '^prog ' "$layer/objects") >= 1 && $(grep -c '^map ' "$layer/objects") >= 5))
  fails none_is_left "$layer/objects"
  is_blocked 192.0.2.7
  inside env DEBIAN_FRONTEND=noninteractive apt-get -y -q remove xdpfwd
  passes 192.0.2.7
  fails inside systemctl is-active xdpfwd
  [[ ! -e $bpf/xdpfwd/links && ! -e $guest/run/xdpfwd && ! -e $guest/usr/sbin/xdpfwd ]]
  [[ -e $guest/var/lib/xdpfwd/claims.db && -e $guest/etc/xdpfwd/xdpfwd.json ]]
  eventually none_is_left "$layer/objects"
  detail "none of $(grep -c . "$layer/objects") programs and maps is left"
}

check_install_again() {
  install_package /packages/xdpfwd.deb
  is_up
  is_blocked 192.0.2.7
  passes 192.0.2.8
}

check_purge() {
  kernel_objects | sort -u >"$layer/objects"
  inside env DEBIAN_FRONTEND=noninteractive apt-get -y -q purge --autoremove xdpfwd
  passes 192.0.2.7
  eventually none_is_left "$layer/objects"
  [[ -z $(find "$bpf" -mindepth 1 -name 'xdpfwd*') ]]
  files_there >"$layer/files.after"
  comm -13 "$layer/files.before" "$layer/files.after" | grep -Ev '^/var/(log|cache|lib/apt|lib/dpkg/info/format)' >"$layer/files.left" || true
  cat "$layer/files.left"
  fails grep xdpfwd "$layer/files.left"
  # But for the group, which files of somebody else's may belong to, such as lists.
  local named
  named=$(cd "$guest/etc" && grep -rlw xdpfwd . | sed 's/-$//' | sort -u | paste -sd ' ')
  [[ $named == './group ./gshadow' ]]
  fails inside getent passwd xdpfwd
}
