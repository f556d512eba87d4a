# What has to be installed to build xdpfwd, to show it and to test it. Sourced by the scripts that do so.
# shellcheck shell=bash disable=SC2034

packaging=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The package's Build-Depends are the one list of what a build needs. Policy leaves the compiler out of
# them; debhelper, under its several names, is of use to the package alone.
mapfile -t build_packages < <(
  echo build-essential
  awk '/^[^ ]/ { listed = /^Build-Depends:/ }
       /^ / && listed && !/debhelper|dh-/ { sub(/,/, "", $1); print $1 }' "$packaging/debian/control")
deb_packages=("${build_packages[@]}" debhelper)
sandbox_packages=(iproute2 iputils-ping procps util-linux)
kernel_test_packages=(qemu-system-x86 busybox-static kmod xz-utils dmsetup e2fsprogs mount)
test_packages=("${build_packages[@]}" "${sandbox_packages[@]}" "${kernel_test_packages[@]}"
  catch2 ethtool ipset nftables python3 socat strace tmux tshark xdp-tools)
# What comes with clang to fuzz with, besides what a build needs.
fuzz_packages=("${build_packages[@]}" clang libclang-rt-14-dev)
# What tells how much of the code the tests run.
coverage_packages=(gcovr jq)
# For a Debian in a container: tests/systemd.
container_packages=(bpftool debootstrap iproute2 iputils-ping jq systemd-container util-linux)

# Prints those of the packages that are not installed.
missing_packages() {
  local package
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>&1) == installed ]] || echo "$package"
  done
}

# Installs those of the packages that are not installed. Says so; apt's own words are shown only where it fails.
install_missing() {
  local missing log status=0
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ! command -v apt-get >/dev/null; then
    echo "Packages are missing, and there is no apt-get to install them with: ${missing[*]}" >&2
    return 1
  fi
  if ((EUID)); then
    echo "Packages are missing. As root: apt-get install ${missing[*]}" >&2
    return 1
  fi
  echo "Installing ${#missing[@]} packages with apt-get: ${missing[*]}"
  log=$(mktemp)
  { apt_quietly update && apt_quietly install --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 || status=$?
  ((status == 0)) || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# Never asks, and waits where another apt is at work.
apt_quietly() {
  DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@"
}

# Unpacks these files of a Debian package, or all of it, into the directory, unless the program is there. For what would
# start a service where it is installed. The tests that need it are skipped without it, so this never fails.
fetch_program() {
  local program=$1 package=$2 directory=$3 work
  shift 3
  if command -v "$program" >/dev/null || [[ -x $directory/usr/bin/$program ]]; then return; fi
  work=$(mktemp -d)
  echo "Fetching $program"
  if ! (cd "$work" && mkdir -p "$directory" &&
    { download_package "$package" || { apt_quietly update && download_package "$package"; }; } &&
    dpkg-deb --fsys-tarfile "$package"_*.deb | tar -x -C "$directory" "$@") >"$work/log" 2>&1; then
    echo "$program could not be fetched; the tests that need it are skipped:" >&2
    tail -n 1 "$work/log" >&2
  fi
  rm -rf "$work"
}

# Prometheus' own tool, which judges metrics, and fail2ban.
fetch_test_programs() {
  fetch_program promtool prometheus "$1" ./usr/bin/promtool
  fetch_program fail2ban-server fail2ban "$1"
}

# Into the working directory; as root, since nobody else may write there.
download_package() {
  apt-get -q -o APT::Sandbox::User=root download "$1"
}
