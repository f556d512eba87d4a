# Reload, restart, stop and faults of the running service, with a flood of packets meanwhile.
# shellcheck shell=bash disable=SC2154

restarts=3

check_reload() {
  configure '{block: ["192.0.2.8"]}'
  begin_flood
  inside systemctl reload xdpfwd
  is_blocked 192.0.2.8
  local before
  before=$(inside xdpfwctl --json list | jq -S '.entries | map({prefix, action})')

  echo '{"interfaces": ["guarded0"], "blok": []}' >"$guest/etc/xdpfwd/xdpfwd.json"
  fails inside systemctl reload xdpfwd
  [[ $(inside systemctl is-active xdpfwd) == active ]]
  [[ $(inside xdpfwctl --json list | jq -S '.entries | map({prefix, action})') == "$before" ]]
  is_blocked 192.0.2.8
  [[ $(property StatusText) == 'degraded: '*'/blok: unknown key'* ]]

  configure '{}'
  inside systemctl reload xdpfwd
  [[ $(property StatusText) == ok:* ]]
  passes 192.0.2.8
  end_flood_without_a_leak
}

check_restart() {
  begin_flood
  for ((number = 0; number < restarts; ++number)); do
    inside systemctl restart xdpfwd
    flood_goes_on
  done
  end_flood_without_a_leak
  is_blocked 192.0.2.7
  eventually one_generation
}

# That of the daemon before is gone.
one_generation() { [[ $(find "$bpf/xdpfwd" -maxdepth 1 -name 'generation-*' | wc -l) == 1 ]]; }

# Stopping it opens nothing.
check_stop() {
  begin_flood
  inside systemctl stop xdpfwd
  flood_goes_on
  [[ $(property Result) == success ]]
  is_blocked 192.0.2.7
  [[ ! -e $guest/run/xdpfwd/control.sock ]]
  inside systemctl start xdpfwd
  end_flood_without_a_leak
}

# The daemon refuses to start, and the journal knows that as a failure; the filter stays, and once the file is right it
# starts by itself.
check_bad_config_at_start() {
  begin_flood
  echo '{"interfaces": ["guarded0"],' >"$guest/etc/xdpfwd/xdpfwd.json"
  fails inside systemctl restart xdpfwd
  flood_goes_on
  is_blocked 192.0.2.7
  inside journalctl --boot --priority err --output json MESSAGE_ID=736a4ed0f87a4a309b2e40d222b3d54a |
    jq -e --slurp 'last | .XDPFWD_REASON == "config"'
  configure '{}'
  eventually is_up
  end_flood_without_a_leak
}

is_up() { [[ $(inside systemctl is-active xdpfwd) == active ]]; }

restarted_since() { (($(property NRestarts) > $1)) && is_up; }

check_kill() {
  begin_flood
  local before
  for ((number = 0; number < restarts; ++number)); do
    before=$(property NRestarts)
    inside systemctl kill --signal KILL xdpfwd
    flood_goes_on
    eventually restarted_since "$before"
    flood_goes_on
  done
  end_flood_without_a_leak
  is_blocked 192.0.2.7
  eventually one_generation
  detail "$restarts kills"
}

# A daemon that hangs is found, ended and started again.
check_watchdog() {
  drop_in watchdog 'WatchdogSec=2'
  inside systemctl restart xdpfwd
  begin_flood
  local before
  before=$(property NRestarts)
  inside systemctl kill --kill-who main --signal STOP xdpfwd
  flood_goes_on
  eventually restarted_since "$before"
  inside journalctl --unit xdpfwd --output cat >"$layer/journal"
  grep -F 'Watchdog timeout' "$layer/journal"
  end_flood_without_a_leak
  remove_drop_in watchdog
  inside systemctl restart xdpfwd
}

# What is stored is in force, and what comes meanwhile is told to be lost by a restart.
check_read_only_disk() {
  local state=/var/lib/xdpfwd
  begin_flood
  inside systemctl stop xdpfwd
  inside sh -ec "cp -a $state /run/kept; mount -t tmpfs -o mode=0700 state $state
    cp -a /run/kept/. $state; rm -r /run/kept; mount -o remount,ro $state"
  inside systemctl start xdpfwd
  flood_goes_on
  is_blocked 192.0.2.7
  [[ $(property StatusText) == 'degraded: '*'was read-only when the daemon started'* ]]
  fails inside xdpfwctl block 192.0.2.8
  is_blocked 192.0.2.8

  inside systemctl stop xdpfwd
  inside umount "$state"
  inside systemctl start xdpfwd
  [[ $(property StatusText) == ok:* ]]
  passes 192.0.2.8
  end_flood_without_a_leak
}

# drop_in NAME LINES: for the unit's [Service].
drop_in() {
  mkdir -p "$guest/etc/systemd/system/xdpfwd.service.d"
  printf '[Service]\n%b\n' "$2" >"$guest/etc/systemd/system/xdpfwd.service.d/$1.conf"
  inside systemctl daemon-reload
}

remove_drop_in() {
  rm -f "$guest/etc/systemd/system/xdpfwd.service.d/$1.conf"
  rmdir "$guest/etc/systemd/system/xdpfwd.service.d" 2>/dev/null || true
  inside systemctl daemon-reload
}
