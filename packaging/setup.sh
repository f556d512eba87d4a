# Sets xdpfwd up on a machine: the package, one interface in its config, the service.
# shellcheck shell=bash disable=SC2154

config=/etc/xdpfwd/xdpfwd.json

set_up() {
  if [[ ! -d /run/systemd/system ]]; then
    explain_by_hand >&2
    exit 1
  fi
  if [[ ! -e /sys/class/net/$interface ]]; then
    echo "There is no interface $interface. There are: $(echo /sys/class/net/* | sed 's|/sys/class/net/||g')" >&2
    exit 1
  fi
  explain
  confirm
  install_package
  name_interface
  start_service
}

explain_by_hand() {
  cat <<END
systemd does not run on this machine, and the package's service is for systemd. By hand:
  packaging/quickstart.sh                      # builds it, and shows it in a sandbox
  mount -t bpf bpf /sys/fs/bpf                 # unless it is mounted
  install -d /etc/xdpfwd
  echo '{"interfaces": ["$interface"]}' > /etc/xdpfwd/xdpfwd.json
  build/quickstart/daemon/xdpfwd               # in the foreground; Ctrl-C takes the filter off
  build/quickstart/ctl/xdpfwctl status         # in another terminal
END
}

explain() {
  local missing
  heading "Set xdpfwd up on $interface"
  missing=$(missing_packages "${deb_packages[@]}" | paste -sd ' ')
  note "1. Install what a build needs: ${missing:-nothing is missing}"
  note '2. Build the Debian package in build/deb, and install it'
  note "3. Name $interface in $config, if that is still as shipped"
  note '4. Enable and start xdpfwd.service'
  note 'Nothing is blocked by that: it begins with the first "xdpfwctl block".'
  note 'Some drivers take the link down for a moment when an XDP program is attached.'
}

confirm() {
  local answer
  [[ ! $yes ]] || return 0
  [[ -t 0 ]] || failed 'There is no terminal to ask on: --yes goes ahead without asking'
  read -r -p '   Go ahead? [y/N] ' answer
  [[ $answer == [yY]* ]] || exit 1
}

install_package() {
  local package
  install_missing "${deb_packages[@]}"
  failure_log=$root/build/deb/log
  mkdir -p "$root/build/deb"
  : >"$failure_log"
  typed here packaging/build-deb.sh
  "$root/packaging/build-deb.sh" 2>&1 | progress "$failure_log" || failed 'The package could not be built'
  package=$(echo "$root"/build/deb/xdpfwd_*.deb)
  passed "Built ${package#"$root/"}"
  typed here apt-get install "./${package#"$root/"}"
  # Also where the same version is installed already; a config file that was edited is kept.
  apt_quietly install --reinstall -o Dpkg::Options::=--force-confold "$package" >>"$failure_log" 2>&1 ||
    failed 'The package could not be installed'
  failure_log=''
  passed 'Installed'
}

name_interface() {
  if cmp -s "$root/packaging/xdpfwd.json" "$config"; then
    sed -i "s/\"interfaces\": \[\]/\"interfaces\": [\"$interface\"]/" "$config"
    passed "$interface is named in $config"
  elif grep -q "^ *\"interfaces\".*\"$interface\"" "$config"; then
    passed "$interface is named in $config already"
  else
    failed "$config has been edited, so it is left alone. Add \"$interface\" to its \"interfaces\", then: systemctl reload xdpfwd"
  fi
}

start_service() {
  typed here systemctl enable xdpfwd
  systemctl enable --quiet xdpfwd
  typed here systemctl reload-or-restart xdpfwd
  systemctl reload-or-restart xdpfwd || failed 'It does not start: journalctl -u xdpfwd'
  typed here xdpfwctl status
  command xdpfwctl status | indent
  expect "Packets that come in through $interface are filtered" is_attached
  note 'Next: xdpfwctl allow ADDRESS   the one that you administer this machine from'
  note '      xdpfwctl block ADDRESS   the ones that you never want to hear from'
}

is_attached() {
  command xdpfwctl status --json | grep -Eq "\"name\": *\"$interface\"[^}]*\"state\": *\"attached\""
}
