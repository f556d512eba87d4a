# A Debian 12 that is booted in a container: made once, and the same at each start, since what a run writes goes
# into a layer above it.
# shellcheck shell=bash disable=SC2016,SC2154

# What the checks need in there, besides systemd and apt.
guest_packages=systemd-sysv,dbus,curl,jq
layer=$cache/layer
guest=$layer/root
payload=(/sys/fs/cgroup/systemd/payload /sys/fs/cgroup/unified/payload /sys/fs/cgroup/payload)
leader=''

# Makes the Debian, unless there is one of the same kind, and downloads what the package depends on, without installing
# it.
prepare_root() {
  # Where this machine's apt has Debian 12 from, unless told.
  local mirror=${XDPFWD_TEST_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
    'Codename: bookworm' | head -n 1)}
  local kind="$mirror $guest_packages" depends log=$cache/root.log
  if [[ $(cat "$cache/root.kind" 2>/dev/null) != "$kind" ]]; then
    echo 'Making a Debian 12 for the container'
    rm -rf --one-file-system "$cache/root" "$cache/root.depends"
    mkdir -p "$cache/archives"
    { debootstrap --variant=minbase --include="$guest_packages" --cache-dir="$cache/archives" \
      bookworm "$cache/root" "$mirror" && chroot "$cache/root" apt-get -q update; } >"$log" 2>&1 || {
      tail -n 20 "$log" >&2
      return 1
    }
    echo "$kind" >"$cache/root.kind"
  fi
  depends=$(dpkg-deb --field "$package" Depends)
  [[ $(cat "$cache/root.depends" 2>/dev/null) != "$depends" ]] || return 0
  cp "$package" "$cache/root/root/xdpfwd.deb"
  chroot "$cache/root" apt-get -q update >"$log" 2>&1
  chroot "$cache/root" apt-get -q -y --no-install-recommends --download-only install /root/xdpfwd.deb >>"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    return 1
  }
  rm "$cache/root/root/xdpfwd.deb"
  echo "$depends" >"$cache/root.depends"
}

open_container() {
  mkdir -p "$layer"
  mount -t tmpfs tmpfs "$layer"
  mkdir "$layer/upper" "$layer/work" "$guest" "$layer/bpf"
  mount -t overlay -o "lowerdir=$cache/root,upperdir=$layer/upper,workdir=$layer/work" overlay "$guest" ||
    skip 'needs overlayfs'
  # systemd-nspawn looks there for a systemd of the host's, and makes directories.
  mkdir -p /run/systemd
  mount -t tmpfs tmpfs /run/systemd
  : >"$cache/console.log"
  mkdir "$guest/packages"
  cp "$cache"/xdpfwd*.deb "$guest/packages/"
  mkdir -p "$guest/var/log/journal"
  trap close_container EXIT
  boot
}

# Boots it, with a bpf file system and a network of its own that are empty, as after a real boot. The network joins it to
# the world outside; $bpf is its bpf file system.
boot() {
  bpf=$layer/bpf
  mount -t bpf bpf "$bpf"
  # With control groups as Debian 12 has them, whatever this machine has; IPAddressDeny= needs that.
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --directory="$guest" --boot --register=no --keep-unit \
    --capability=all --private-network --bind="$bpf:/sys/fs/bpf" --system-call-filter=bpf --console=pipe \
    </dev/null >>"$cache/console.log" 2>&1 &
  container=$!
  eventually has_booted || {
    tail -n 40 "$cache/console.log" >&2
    return 1
  }
  begin_outside "/proc/$leader/ns/net" 192.0.2.7 192.0.2.8
}

has_booted() {
  leader=$(cat "/proc/$container/task/$container/children" 2>/dev/null) && leader=${leader%% *}
  [[ $leader && $(cat "/proc/$leader/comm") == systemd ]] || return 1
  [[ $(inside systemctl is-system-running 2>/dev/null) =~ ^(running|degraded)$ ]]
}

shut_down() {
  end_outside
  kill -s RTMIN+4 "$leader" 2>/dev/null || true
  wait "$container" || true
  umount "$bpf"
}

boot_again() {
  shut_down
  boot
}

close_container() {
  trap - EXIT
  shut_down || true
  local directory
  for directory in "${payload[@]}"; do
    [[ ! -d $directory ]] || find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}

# Runs a command in the container, with nothing of this environment but what a login would have.
inside() {
  nsenter --target "$leader" --mount --uts --ipc --net --pid --root --wd -- \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

# Gives a command up to half a minute to succeed.
eventually() {
  local end=$((SECONDS + 30))
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}
