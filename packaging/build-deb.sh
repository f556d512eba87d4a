#!/usr/bin/env bash
# Builds the Debian package into build/deb/. In a copy of the source tree, because dpkg-buildpackage wants the
# packaging at its top, as debian/, and leaves its files there.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=packaging/dependencies.sh
source "$root/packaging/dependencies.sh"

# The names of the files to copy, ended by NUL: what git would commit, or all but what a build made.
source_files() {
  cd "$root"
  if [[ $(git rev-parse --show-toplevel 2>/dev/null) == "$root" ]]; then
    # A file that git knows may have been removed since.
    git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
      [[ ! -e $file ]] || printf '%s\0' "$file"
    done
  else
    find . \( -path ./build -o -path ./.git -o -path ./debian \) -prune -o ! -type d -print0
  fi
}

main() {
  install_missing "${deb_packages[@]}"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir "$work/xdpfwd"
  source_files | tar -C "$root" --null -T - -cf - | tar -C "$work/xdpfwd" -xf -
  cp -R "$root/packaging/debian" "$work/xdpfwd/debian"

  # Symbols for a debugger would be a second package.
  (cd "$work/xdpfwd" && DEB_BUILD_OPTIONS="noautodbgsym ${DEB_BUILD_OPTIONS-}" dpkg-buildpackage -us -uc -b)

  mkdir -p "$root/build/deb"
  rm -f "$root"/build/deb/*.deb
  mv "$work"/*.deb "$root/build/deb/"
  ls "$root"/build/deb/*.deb
}

main
