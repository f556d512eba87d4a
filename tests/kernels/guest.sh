#!/bin/bash
# In the virtual machine, where this is the first process: runs the cases that the job names, each in a process of its own,
# tells of each in a line, and of all at the end. The host reads what came of them from the second serial line.
set -uo pipefail

case_limit=600  # unless the job says otherwise
declare -A count=([passed]=0 [failed]=0 [skipped]=0)
problems=()

prepare_machine() {
  mount -t proc proc /proc
  mount -t sysfs sys /sys
  ln -s /proc/self/fd /dev/fd
  ln -s /proc/self/fd/0 /dev/stdin
  ln -s /proc/self/fd/1 /dev/stdout
  ln -s /proc/self/fd/2 /dev/stderr
  mkdir -p /dev/pts /dev/shm
  mount -t devpts devpts /dev/pts
  mount -t tmpfs -o mode=1777 shm /dev/shm
  mount -t tmpfs -o mode=0755 run /run
  chmod 1777 /tmp  # not with another file system over it: the project may lie below
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mount -t bpf -o mode=0700 bpf /sys/fs/bpf
  mkdir -p /usr/lib/modules
  mount --bind /kernel/lib/modules /usr/lib/modules
  ip link set lo up
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8
  export GCOV_ERROR_FILE=/dev/null  # a build that counts what runs cannot write it here
}

# The name of a case as Catch2 takes it on its command line.
escaped() {
  local name=${1//\\/\\\\}
  name=${name//,/\\,}
  name=${name//\[/\\[}
  echo "${name//\]/\\]}"
}

# run_case PROGRAM NAME
run_case() {
  local status=0 begin=${EPOCHREALTIME/./} seconds result=failed
  timeout -k 5 "$case_limit" "$1" "$(escaped "$2")" >/run/output 2>&1 </dev/null || status=$?
  seconds=$(((${EPOCHREALTIME/./} - begin) / 100000))
  case $status in
    0) result=passed ;;
    77) result=skipped ;;
  esac
  ((++count[$result]))
  printf '%-7s %4d.%d s  %s\n' "$result" $((seconds / 10)) $((seconds % 10)) "$2"
  case $result in
    passed) grep -a '^measured: ' /run/output ;;
    skipped) grep -a '^SKIPPED: ' /run/output ;;
    failed)
      problems+=("$2 (status $status)")
      tail -c 6000 /run/output
      ;;
  esac
}

run_program() {
  local program=$1 name
  shift
  while read -r name; do
    [[ $name ]] && run_case "$program" "$name"
  done < <("$program" --list-test-names-only "$@")
}

# What the kernel itself has to complain of is a failure of the program that made it do so.
hear_kernel() {
  dmesg | grep -aE 'WARNING: |BUG: |Oops|blocked for more than|rcu.*stall' >/run/complaints || return 0
  problems+=("the kernel complains: $(head -n 1 /run/complaints)")
  ((++count[failed]))
  dmesg | tail -n 100
}

prepare_machine
# shellcheck source=/dev/null
source /job
echo "Linux $(uname -r), $(nproc) processors, $(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo) MiB, started in $(cut -d. -f1 /proc/uptime) s"
run_job
hear_kernel
((${#problems[@]} == 0)) || printf 'FAILED: %s\n' "${problems[@]}"
echo "Linux $(uname -r): ${count[passed]} passed, ${count[failed]} failed, ${count[skipped]} skipped, in $(cut -d. -f1 /proc/uptime) s"
result=failed
((count[failed] > 0 || count[passed] == 0)) || result=passed
echo "$result" >/dev/ttyS1
sleep 0.2
echo b >/proc/sysrq-trigger
