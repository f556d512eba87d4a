#!/usr/bin/env bash
# Shows a virtual machine this machine's programs, this project and a kernel's modules, all of it read-only, and nothing else.
# Runs in a mount namespace of its own. Arguments: the socket, the project's directory, the kernel's, that of the job.
set -euo pipefail

socket=$1 root=$2 kernel=$3 job=$4
view=$job/view

# show WHAT AT
show() {
  mkdir -p "$view$2"
  mount --bind "$1" "$view$2"
  mount -o remount,bind,ro "$view$2"
}

mkdir "$view"
mount -t tmpfs -o mode=0755 view "$view"
mkdir "$view"/{dev,proc,sys,run,tmp,var,root}
for link in bin sbin lib lib64; do ln -s "usr/$link" "$view/$link"; done
show /usr /usr
show /etc /etc
show "$root" "$root"
show "$kernel" /kernel
cp -r "$job/job" "$view/job"
cp "$root/tests/kernels/guest.sh" "$view/run-tests"
mount -o remount,ro "$view"
exec /usr/lib/qemu/virtiofsd --socket-path="$socket" -o source="$view" -o cache=always -o sandbox=chroot
