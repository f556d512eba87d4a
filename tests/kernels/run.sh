#!/usr/bin/env bash
# Runs the tests on another kernel of Debian's, in a virtual machine.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${XDPFWD_BUILD:-$root/build/release}
cache=$root/build/kernels
# shellcheck source=packaging/dependencies.sh
source "$root/packaging/dependencies.sh"
# shellcheck source=tests/kernels/kernel.sh
source "$here/kernel.sh"

usage() {
  cat <<'TEXT'
Usage: tests/kernels/run.sh 6.1|6.12 [TESTS]...

Boots Debian's cloud kernel of that series under qemu, without KVM, and runs tests there that are built already
(tests/run.sh builds them). Nothing of this is installed on the machine; kernels are kept below build/kernels.

TESTS are Catch2's, as "[kernels]", "a list*" or "*vlan*"; `all` is all of them, which takes half an hour. Without any: what
the environment variable XDPFWD_KERNEL_TESTS has, or else those with the tag [kernels].

  XDPFWD_BUILD             another build than build/release
  XDPFWD_KERNEL_PROGRAMS   not all of datapath, integration and faults
  XDPFWD_KERNEL_LIMIT      the seconds after which a test is ended, 600 unless told
  XDPFWD_TEST_*            sizes of random tests, as outside of the virtual machine; smaller ones unless told
TEXT
}

skip() {
  echo "SKIPPED: $1"
  exit 77
}

# Where the machine cannot do it.
look_at_machine() {
  ((EUID == 0)) || skip 'needs root, to show the virtual machine a part of this one'
  [[ $(uname -m) == x86_64 ]] || skip "the kernels are for x86_64, and this machine is $(uname -m)"
  local program
  for program in qemu-system-x86_64 busybox depmod /usr/lib/qemu/virtiofsd; do
    command -v "$program" >/dev/null || skip "needs $program: apt-get install ${kernel_test_packages[*]}"
  done
  unshare --mount true 2>/dev/null || skip 'needs CAP_SYS_ADMIN, to make a mount namespace'
}

# What guest.sh is to do, as shell. An emulated processor is ten times slower: so the sizes.
write_job() {
  # shellcheck source=tests/small_sizes.sh
  source "$root/tests/small_sizes.sh"
  export XDPFWD_TEST_FAULTS=${XDPFWD_TEST_FAULTS:-200}
  export -p | sed -n 's/^declare -x \(XDPFWD_TEST_\)/export \1/p'
  printf 'case_limit=%q\n' "${XDPFWD_KERNEL_LIMIT:-600}"
  echo 'run_job() {'
  local program
  for program in ${XDPFWD_KERNEL_PROGRAMS:-datapath integration faults}; do
    if [[ ! -x $build/tests/$program/$program-tests ]]; then
      echo "tests/kernels/run.sh: there is no $build/tests/$program/$program-tests: build it first" >&2
      return 1
    fi
    printf '  run_program %q' "$build/tests/$program/$program-tests"
    # Of all faults, those that the host's kernel may have no dispatcher for.
    if [[ $program == faults && ${#tests[@]} == 0 ]]; then printf ' [sharing]'; fi
    ((${#tests[@]} == 0)) || printf ' %q' "$(IFS=, && echo "${tests[*]}")"  # any of them, not all at once
    echo
  done
  echo '}'
}

# Everything dies with this script, however that ends: qemu because it is told to, virtiofsd since it serves nobody else. The
# processors are emulated by one thread: with one for each, a processor can meet an instruction that another is just
# replacing, which the kernel does to its code whenever a program is attached. Two of four run, so that there are more possible
# ones than present.
run_machine() {
  local share=$job/share.sock
  unshare --mount --propagation private setpriv --pdeathsig KILL \
    bash "$here/share.sh" "$share" "$root" "$kernel" "$job" >"$job/share.log" 2>&1 &
  for _ in {1..100}; do
    [[ -S $share ]] && break
    sleep 0.1
  done
  [[ -S $share ]] || { cat "$job/share.log" >&2; return 1; }
  setpriv --pdeathsig KILL qemu-system-x86_64 \
    -machine q35,memory-backend=memory,hpet=off -accel tcg,thread=single -cpu max,la57=off -smp 4 \
    -m "$memory" -object "memory-backend-memfd,id=memory,size=$memory,share=on" \
    -nodefaults -no-user-config -display none -no-reboot \
    -chardev stdio,id=said,signal=off -serial chardev:said -serial "file:$job/result" \
    -chardev "socket,id=share,path=$share" -device vhost-user-fs-pci,chardev=share,tag=host \
    -kernel "$kernel/vmlinuz" -initrd "$kernel/initramfs" \
    -append "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off tsc=reliable no_timer_check maxcpus=2 xdpfwd.disposable" \
    </dev/null 2>"$job/qemu.log" | sed -u 's/\r$//; /sysrq: Resetting/d'
}

main() {
  local series=${1-}
  case $series in
    --help) usage && exit ;;
    6.1 | 6.12) shift ;;
    *) usage >&2 && exit 2 ;;
  esac
  tests=("${@:-${XDPFWD_KERNEL_TESTS:-[kernels]}}")
  [[ ${tests[0]} != all ]] || tests=()
  look_at_machine
  mkdir -p "$cache"
  prepare_kernel "$series"
  job=$(mktemp -d)
  trap 'rm -rf --one-file-system "$job"' EXIT
  write_job >"$job/job"
  run_machine
  [[ $(tr -d '\r' <"$job/result") == passed* ]] || { cat "$job/qemu.log" >&2; exit 1; }
}

memory=3G
main "$@"
