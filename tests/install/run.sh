#!/bin/sh
# run.sh STEP BUILD WORK CMAKE CC CXX [TOOLCHAIN [EMULATOR]] - libtarn as its
# users meet it: `install` puts the build in BUILD into WORK/tree, the other
# steps build and run the programs of consumer/ against that, or against what
# they are named by. TOOLCHAIN: CMake's file for another machine.
set -eu
step=$1 build=$2 work=$3 cmake=$4 CC=$5 CXX=$6 toolchain=${7:-} emulator=${8:-}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tree=$work/tree
export CC CXX
# shellcheck source=tests/install/ways.sh
. "$here/ways.sh"

install_it() {
  rm -rf "$work"
  mkdir -p "$work"
  "$cmake" --install "$build" --prefix "$tree"
}

# Nothing but public names leaves the library, and what the malloc door of the
# same build needs.
check_symbols() {
  library=$(find "$tree" -name 'libtarn.so' | head -n 1)
  stray=$(nm -DC --defined-only "$library" | cut -d' ' -f3- |
    grep -v -e '^tarn::v1::' -e '^tarn_' -e ' for tarn::v1::' \
      -e ' to tarn::v1::' -e '^TARN_0' -e 'TARN_PRIVATE_[0-9.]*$' || true)
  [ -z "$stray" ] || { printf 'libtarn.so shows:\n%s\n' "$stray"; exit 1; }
  readelf -d "$library" | grep -q NODELETE
  # A C program under the malloc door gets no C++ runtime with it.
  door=$(find "$tree" -name 'libtarn-malloc.so' | head -n 1)
  needed=$(readelf -d "$library" "$door" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
    sort -u | tr '\n' ' ')
  [ "$needed" = 'libc.so.6 libtarn.so.0 ' ] || {
    echo "the libraries need $needed"
    exit 1
  }
  readelf -d "$door" | grep -q NODELETE
}

# A tree that was moved still works: nothing in it names where it was.
move_tree() {
  rm -rf "$work/moved"
  cp -a "$tree" "$work/moved"
  files=$(find "$work/moved" -name '*.cmake' -o -name '*.pc')
  # Names are words; the build makes none with a space.
  # shellcheck disable=SC2086
  ! grep -l -e "$tree" -e "$root" $files
  with_cmake find_package "$work/moved"
  with_pkg_config "$work/moved"
}

# The packages, unpacked as dpkg does it.
use_packages() {
  packages=$work/packages
  rm -rf "$packages"
  mkdir -p "$packages/unpacked"
  (cd "$packages" && "$(dirname "$cmake")/cpack" -G DEB -B "$packages" \
    --config "$build/CPackConfig.cmake")
  for package in "$packages"/*.deb; do
    dpkg-deb --info "$package"
    dpkg-deb -x "$package" "$packages/unpacked"
    name=$(dpkg-deb -f "$package" Package)
    [ -s "$packages/unpacked/usr/share/doc/$name/copyright" ]
  done
  dpkg-deb -f "$packages"/libtarn-dev_*.deb Depends | grep -q '^libtarn0 (= '
  # Debian's own eyes, where they are installed.
  if command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error,warning "$packages"/*.deb
  fi
  with_cmake find_package "$packages/unpacked/usr"
  with_pkg_config "$packages/unpacked/usr"
}

# What README.md says to write into a CMakeLists.txt, written there.
follow_readme() {
  project=$work/readme
  rm -rf "$project"
  mkdir -p "$project"
  "$root/tests/examples/snippets.py" "$project" "$root/README.md" \
    "$root/docs/choosing.md" "$root/docs/contract.md" "$root/docs/fixed.md" \
    "$root/docs/stats.md"
  cp "$here/consumer/main.cpp" "$project"
  {
    echo 'cmake_minimum_required(VERSION 3.22)'
    echo 'project(readme LANGUAGES CXX)'
    cat "$project/find_package.inc"
  } >"$project/CMakeLists.txt"
  "$cmake" -S "$project" -B "$project/build" "-DCMAKE_PREFIX_PATH=$tree"
  "$cmake" --build "$project/build"
  "$project/build/server"
}

case $step in
  install) install_it ;;
  find_package) with_cmake find_package "$tree" ;;
  # Both add tarn's folder to a project, and to build it there takes a while: so
  # the one whose folder comes out of git builds, the shared library.
  add_subdirectory)
    kinds=
    with_cmake add_subdirectory "$root"
    ;;
  fetch_content)
    snapshot "$work/snapshot"
    kinds=shared
    with_cmake fetch_content "$work/snapshot"
    ;;
  pkg_config) with_pkg_config "$tree" ;;
  readme) follow_readme ;;
  symbols) check_symbols ;;
  # Where the files lie is asked, which the shared library shows.
  moved)
    kinds=shared
    move_tree
    ;;
  debian)
    kinds=shared
    use_packages
    ;;
  *) echo "unknown step $step"; exit 2 ;;
esac
