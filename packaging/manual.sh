#!/usr/bin/env bash
# Usage: manual.sh XDPFWCTL XDPFWD DIRECTORY
# Writes manual pages there, for section 8: what the programs' own help says, and where things are.
set -euo pipefail

# Text as it stands, as roff.
verbatim() {
  echo .EX
  sed 's/\\/\\e/g; s/-/\\-/g; s/^[.'\'']/\\\&&/'
  echo .EE
}

# heading PROGRAM WHAT_IT_IS
heading() {
  echo ".TH ${1^^} 8 \"\" \"xdpfwd $version\" \"System Administration\""
  echo .SH NAME
  echo "$1 \\- $2"
}

# What comes last, with the other page.
files() {
  cat <<TEXT
.SH FILES
.TP
.I /etc/xdpfwd/xdpfwd.json
the config file, in which comments tell what there is
.TP
.I /run/xdpfwd/control.sock
where the daemon answers
.TP
.I /var/lib/xdpfwd/claims.db
what was blocked and allowed at run time
.TP
.I /sys/fs/bpf/xdpfwd
the filter in force, which goes on without the daemon
.TP
.I /usr/share/doc/xdpfwd
more about lists, statistics, the journal, the protocol, and what can go wrong
.SH SEE ALSO
.BR $1 (8),
.BR bpftool (8)
TEXT
}

# All its commands, but for the options that each has.
xdpfwctl_page() {
  heading xdpfwctl 'block and unblock sources of packets, and see what is dropped'
  echo .SH DESCRIPTION
  "$xdpfwctl" --help | verbatim
  echo .SH COMMANDS
  local command
  for command in $("$xdpfwctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]\+\) .*/\1/p'); do
    echo ".SS $command"
    "$xdpfwctl" "$command" --help | sed '/^Options of every command:/,/^$/d' | verbatim
  done
  files xdpfwd
}

xdpfwd_page() {
  heading xdpfwd 'drop packets from blocked sources before the network stack sees them (XDP)'
  echo .SH DESCRIPTION
  "$xdpfwd" --help | verbatim
  files xdpfwctl
}

xdpfwctl=$1 xdpfwd=$2
version=$("$xdpfwctl" --version | cut -d' ' -f2)
xdpfwctl_page >"$3/xdpfwctl.8"
xdpfwd_page >"$3/xdpfwd.8"
