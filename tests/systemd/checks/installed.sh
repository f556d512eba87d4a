# What installing the package brings, and that it filters.
# shellcheck shell=bash disable=SC2154

# Everything the package, its service and systemd may leave behind is looked for at the end: see check_purge.
check_install() {
  local packages
  packages=$(packages_there)
  files_there >"$layer/files.before"
  install_package /packages/xdpfwd.deb
  [[ $(inside systemctl is-active xdpfwd) == active ]]
  [[ $(inside systemctl is-enabled xdpfwd) == enabled ]]
  [[ $(property Type) == notify ]]
  [[ $(property Result) == success ]]
  inside getent group xdpfwd
  # It names no interface yet, and says so.
  [[ $(property StatusText) == 'open: interfaces: none is named'* ]]
  says 'none is named' fails inside xdpfwctl status
  detail "version $(installed_version) and $(($(packages_there) - packages - 1)) packages that it depends on"
}

# Offline, so that it is the package that says what it needs.
install_package() {
  inside env DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends --allow-downgrades install "$1"
}

# shellcheck disable=SC2016
installed_version() { inside dpkg-query --show --showformat '${Version}' xdpfwd; }
packages_there() { inside dpkg-query --show | wc -l; }

files_there() { inside find /etc /opt /run /srv /usr /var /root /home -xdev | sort; }

property() { inside systemctl show --property "$1" --value xdpfwd; }

check_files() {
  # Nothing of it was changed, and nothing is missing.
  [[ -z $(inside dpkg --verify xdpfwd) ]]
  cmp "$root/packaging/grafana/xdpfwd.json" "$guest/usr/share/xdpfwd/grafana/xdpfwd.json"
  cmp "$root/packaging/prometheus/xdpfwd.rules.yml" "$guest/usr/share/xdpfwd/prometheus/xdpfwd.rules.yml"
  cmp "$root/systemd/sharing.conf" "$guest/usr/share/xdpfwd/systemd/sharing.conf"
  cmp "$root/systemd/xdpfwd.catalog" "$guest/usr/lib/systemd/catalog/xdpfwd.catalog"
  cmp "$root/packaging/xdpfwd.json" "$guest/etc/xdpfwd/xdpfwd.json"
  [[ $(inside readlink -f /lib/systemd/system/xdpfwd.service) == /usr/lib/systemd/system/xdpfwd.service ]]
  [[ $(inside stat -c '%a %U %G' /run/xdpfwd /var/lib/xdpfwd /etc/xdpfwd | paste -sd,) == \
  '755 root xdpfwd,700 root xdpfwd,755 root root' ]]
  [[ $(inside stat -c '%a %U %G' /run/xdpfwd/control.sock) == '660 root xdpfwd' ]]
  [[ $(stat -c '%a' "$bpf/xdpfwd") == 700 ]]
}

# configure JSON: what the config file holds besides the interface.
configure() {
  jq -n "$1 * {interfaces: [\"guarded0\"]}" >"$guest/etc/xdpfwd/xdpfwd.json"
}

check_filters() {
  configure '{}'
  inside systemctl reload xdpfwd
  [[ $(property StatusText) == 'ok: filtering 1 of 1 interface'* ]]
  [[ $(inside xdpfwctl --json status | jq -r '.interfaces[0] | .state + " " + .mode') == 'attached native' ]]
  passes 192.0.2.7
  inside xdpfwctl block 192.0.2.7
  is_blocked 192.0.2.7
  passes 192.0.2.8
  inside xdpfwctl unblock 192.0.2.7
  passes 192.0.2.7
  inside xdpfwctl block 192.0.2.7
  detail "$(property StatusText)"
}

check_security() {
  # In tenths: it fails where the exposure is more.
  inside systemd-analyze --no-pager security --threshold=21 xdpfwd
  inside systemd-analyze verify xdpfwd.service
  # Nothing of the sandbox is left out here for want of a kernel that can do it.
  inside journalctl --boot _PID=1 >"$layer/systemd.log"
  fails grep -F 'does not support' "$layer/systemd.log"
  detail "$(inside systemd-analyze --no-pager security xdpfwd | grep -o 'Overall exposure level.*: [0-9.]*')"
}
