#!/bin/busybox sh
# shellcheck shell=dash
# The first process of the virtual machine: puts together its root, which is what the host shows of itself and memory to
# write to, and goes on there.
/bin/busybox mkdir -p /proc /sys /dev /shown /memory /root
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
while read -r module; do /bin/busybox insmod "/modules/$module"; done </modules/order
/bin/busybox mount -t virtiofs -o ro host /shown &&
  /bin/busybox mount -t tmpfs -o size=90% memory /memory &&
  /bin/busybox mkdir /memory/upper /memory/work &&
  /bin/busybox mount -t overlay -o lowerdir=/shown,upperdir=/memory/upper,workdir=/memory/work root /root &&
  /bin/busybox mount --move /dev /root/dev &&
  exec /bin/busybox switch_root /root /run-tests
echo 'The virtual machine has no root'
/bin/busybox reboot -f
