# What the service tells of itself: metrics, the journal with its catalog.
# shellcheck shell=bash disable=SC2154

check_metrics() {
  configure '{metrics: {listen: "127.0.0.1:9415"}}'
  inside systemctl reload xdpfwd
  inside curl -sS --fail http://127.0.0.1:9415/metrics >"$layer/metrics"
  grep -F 'xdpfwd_interface_attached{interface="guarded0"} 1' "$layer/metrics"
  grep -F 'xdpfwd_health{state="ok"} 1' "$layer/metrics"
  # As a sandbox may keep the process from knowing it.
  grep -E '^process_resident_memory_bytes [1-9]' "$layer/metrics"
  grep -E '^process_cpu_seconds_total [0-9.]*[1-9]' "$layer/metrics"
  grep -E '^process_start_time_seconds [1-9]' "$layer/metrics"

  configure '{metrics: {listen: "unix:/run/xdpfwd/metrics.sock"}}'
  inside systemctl reload xdpfwd
  fails inside curl -sS --max-time 5 http://127.0.0.1:9415/metrics
  [[ $(inside curl -sS --fail --unix-socket /run/xdpfwd/metrics.sock http://localhost/healthz) == ok ]]
  [[ $(inside stat -c '%a %U %G' /run/xdpfwd/metrics.sock) == '660 root xdpfwd' ]]
  detail "$(grep -c '^xdpfwd_' "$layer/metrics") series on loopback, and on a Unix socket"

  configure '{}'
  inside systemctl reload xdpfwd
  [[ ! -e $guest/run/xdpfwd/metrics.sock ]]
}

# The id of a kind of message, from the table in docs/journal.md.
kind() { sed -n "s/^| \`$1\` | \`\([0-9a-f]*\)\`.*/\1/p" "$root/docs/journal.md"; }

# From here on message() looks.
mark_journal() { mark=$(date +%s%6N) && messages=0; }

# message KIND FILTER: since the mark there was a message of that kind that the filter agrees with.
message() {
  eventually has_message "$(kind "$1")" "$2" && messages=$((messages + 1))
}

has_message() {
  inside journalctl --unit xdpfwd --output json "MESSAGE_ID=$1" >"$layer/messages"
  jq --exit-status --slurp "map(select((.__REALTIME_TIMESTAMP | tonumber) > $mark and
    ._SYSTEMD_UNIT == \"xdpfwd.service\" and .SYSLOG_IDENTIFIER == \"xdpfwd\")) | any(.[]; $2)" "$layer/messages"
}

# As many of the kinds as a service that is well has.
check_journal() {
  mark_journal
  inside systemctl restart xdpfwd
  message generation '(.XDPFWD_GENERATION | tonumber) > 1 and (.XDPFWD_ENTRIES | tonumber) > 0'
  message ready '.XDPFWD_HEALTH == "ok" and .PRIORITY == "6"'
  message stopping '.MESSAGE | length > 0'
  inside xdpfwctl block 192.0.2.99 --source ids
  message changed '.XDPFWD_COMMAND == "block" and .XDPFWD_SUBJECT == "192.0.2.99" and .XDPFWD_SOURCE == "ids"
    and .XDPFWD_ADDED == "1" and .XDPFWD_UID == "0" and .XDPFWD_PROGRAM == "xdpfwctl" and (.XDPFWD_PID | tonumber) > 1'
  fails inside xdpfwctl block 127.0.0.1
  message refused '.XDPFWD_COMMAND == "block" and .XDPFWD_REASON == "protected" and .PRIORITY == "6"'
  configure '{block: ["192.0.2.98"]}'
  inside systemctl reload xdpfwd
  message reloaded '.XDPFWD_ADDED == "1" and .XDPFWD_REMOVED == "0"'
  echo '[]' >"$guest/etc/xdpfwd/xdpfwd.json"
  fails inside systemctl reload xdpfwd
  message reload_failed '.XDPFWD_REASON == "config" and .PRIORITY == "3"'
  message health_worse '.XDPFWD_HEALTH == "degraded" and .XDPFWD_REASON == "reload_failed"'
  configure '{}'
  inside systemctl reload xdpfwd
  message health_better '.XDPFWD_HEALTH == "ok"'
  inside xdpfwctl flush --source ids
  inside xdpfwctl detach guarded0
  message detached '.XDPFWD_INTERFACE == "guarded0"'
  inside xdpfwctl attach guarded0
  message attached '.XDPFWD_INTERFACE == "guarded0" and .XDPFWD_MODE == "native"'
  detail "$messages kinds with their fields"
}

# journalctl -x explains what it shows; the text is the catalog's, with the message's fields in it.
check_catalog() {
  [[ $(inside journalctl --list-catalog | grep -c ' xdpfwd: ') == $(grep -c '^-- [0-9a-f]' "$root/systemd/xdpfwd.catalog") ]]
  explained attached 'The program is attached to guarded0 in native mode.'
  explained ready 'Its health is: ok.'
  explained reload_failed 'Everything is in force as it was before, and stays so.'
  explained changed 'Command: flush'
  detail "$(inside journalctl --list-catalog | grep -c ' xdpfwd: ') messages explained"
}

explained() {
  inside journalctl --unit xdpfwd --catalog "MESSAGE_ID=$(kind "$1")" >"$layer/journal"
  grep -F "$2" "$layer/journal"
}
