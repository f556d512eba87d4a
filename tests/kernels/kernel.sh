# A kernel of Debian's: fetched, unpacked below build/kernels, and never installed. Sourced by run.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# Debian's own packages for virtual machines: the kernel that Debian 12 came with, and the newer one that it offers.
declare -A kernel_packages=([6.1]=linux-image-cloud-amd64 [6.12]=linux-image-6.12-cloud-amd64)

# Sets $kernel, where the one of that series is, and $release, its `uname -r`. Fetches it unless the newest that apt knows is
# there already; where that fails, what apt knows may be too old.
prepare_kernel() {
  find_kernel "$1" || { refresh && find_kernel "$1"; } ||
    skip "apt knows no kernel $1: ${kernel_packages[$1]} is in Debian's bookworm-security"
  [[ -e $kernel/initramfs ]] || fetch_kernel || { refresh && find_kernel "$1" && fetch_kernel; } ||
    skip "a kernel $1 cannot be fetched: $(tail -n 1 "$cache/log")"
}

refresh() { apt_quietly update >"$cache/log" 2>&1; }

find_kernel() {
  local image
  image=$(image_of "${kernel_packages[$1]}")
  release=${image#linux-image-} kernel=$cache/${image#linux-image-}
  [[ $image ]]
}

# What the package that stands for a series depends on: the newest kernel of it.
image_of() {
  apt-cache depends --important "$1" 2>/dev/null | awk '/Depends: linux-image-/ { print $2; exit }'
}

# Under a name of its own until it is complete. What it says is in the log.
fetch_kernel() {
  local new=$kernel.new
  echo "Fetching Linux $release"
  rm -rf "$new" "$kernel"
  mkdir -p "$new"
  (cd "$new" && download_package "linux-image-$release") >"$cache/log" 2>&1 || return 1
  dpkg-deb -x "$new"/*.deb "$new" && rm "$new"/*.deb && mv "$new/boot/vmlinuz-$release" "$new/vmlinuz" &&
    depmod -b "$new" "$release" && pack_initramfs "$new" && mv "$new" "$kernel"
}

# Just enough to mount what the host shows: busybox and some modules, in the order in which they need each other.
pack_initramfs() {
  local content=$1/content kind module
  mkdir -p "$content/bin" "$content/modules"
  cp /bin/busybox "$content/bin/"
  cp "$here/init.sh" "$content/init"
  while read -r kind module; do
    [[ $kind == insmod ]] || continue  # the others are built in
    copy_module "$module" "$content/modules/$(basename "${module%.xz}")"
    basename "${module%.xz}"
  done < <(for module in virtio_pci virtiofs overlay; do
    modprobe -d "$1" -S "$release" --show-depends "$module"
  done) | awk '!seen[$0]++' >"$content/modules/order"
  (cd "$content" && find . | busybox cpio -o -H newc 2>/dev/null) | gzip -1 >"$1/initramfs"
  rm -r "$content"
}

copy_module() {
  if [[ $1 == *.xz ]]; then xz -dc "$1" >"$2"; else cp "$1" "$2"; fi
}
