# Who may do what, tried by real users over the packaged socket.
# shellcheck shell=bash disable=SC2154

denied=4

# status USER ARGUMENT...: what xdpfwctl ends with when the user runs it.
status() {
  local result=0
  inside runuser --user "$1" -- xdpfwctl "${@:2}" >&2 || result=$?
  echo "$result"
}

check_access() {
  local user
  mark_journal
  inside groupadd watchers
  for user in alice bob carol; do inside adduser --quiet --disabled-password --gecos '' "$user"; done
  inside adduser --quiet alice xdpfwd
  inside adduser --quiet bob watchers

  # As packaged: the group may do everything, others nothing.
  [[ $(status alice block 192.0.2.101) == 0 && $(status alice unblock 192.0.2.101) == 0 ]]
  [[ $(status bob list) == "$denied" && $(status carol list) == "$denied" ]]

  configure '{control: {read_group: "watchers"}}'
  inside systemctl reload xdpfwd
  [[ $(status alice block 192.0.2.102) == 0 ]]
  [[ $(status bob list) == 0 && $(status bob stats) == 0 && $(status bob check 192.0.2.102) == 0 ]]
  [[ $(status bob block 192.0.2.103) == "$denied" && $(status bob unblock 192.0.2.102) == "$denied" ]]
  [[ $(status bob reload) == "$denied" && $(status carol list) == "$denied" && $(status carol ping) == "$denied" ]]
  # The journal knows who it was.
  message changed ".XDPFWD_COMMAND == \"block\" and .XDPFWD_UID == \"$(inside id --user alice)\""
  message refused ".XDPFWD_REASON == \"denied\" and .XDPFWD_UID == \"$(inside id --user carol)\""

  # A change of groups counts from the next restart on as well.
  inside systemctl restart xdpfwd
  [[ $(status alice unblock 192.0.2.102) == 0 && $(status bob list) == 0 && $(status bob flush --source cli) == "$denied" ]]
  configure '{}'
  inside systemctl restart xdpfwd
  [[ $(status bob list) == "$denied" ]]
  for user in alice bob carol; do inside userdel --remove "$user"; done
  inside groupdel watchers
}
