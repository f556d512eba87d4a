# The package under test, and two that differ from it in their version alone.
# shellcheck shell=bash disable=SC2154

older_version=0.0.9-1
newer_version=9.9.9-1

# What the package does is made of; its documentation is no reason to build it again.
package_sources() {
  (cd "$root" && find CMakeLists.txt bpf common ctl daemon packaging systemd -type f -print0) | sort -z |
    (cd "$root" && xargs -0 sha256sum) | sha256sum
}

# Sets $package. It is built only where its sources have changed.
prepare_package() {
  local sources version log=$cache/package.log
  sources=$(package_sources)
  package=$cache/xdpfwd.deb
  if [[ ! -e $package || $(cat "$cache/package.sources" 2>/dev/null) != "$sources" ]]; then
    echo 'Building the package'
    rm -f "$cache/package.sources"
    "$root/packaging/build-deb.sh" >"$log" 2>&1 || {
      tail -n 40 "$log" >&2
      return 1
    }
    cp "$root"/build/deb/xdpfwd_*.deb "$package"
    echo "$sources" >"$cache/package.sources"
  fi
  for version in "$older_version" "$newer_version"; do repack "$version"; done
}

# The same package, as another version.
repack() {
  local tree
  tree=$(mktemp -d)
  dpkg-deb --raw-extract "$package" "$tree/content"
  sed -i "s/^Version: .*/Version: $1/" "$tree/content/DEBIAN/control"
  dpkg-deb --build --root-owner-group "$tree/content" "$cache/xdpfwd_$1.deb" >/dev/null
  rm -rf "$tree"
}
