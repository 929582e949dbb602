#!/bin/sh
# run.sh STEP BUILD WORK CMAKE CC CXX - libtarn as its users meet it: `install`
# puts the build in BUILD into WORK/tree, the other steps build and run the
# programs of consumer/ against that, each in its own way.
set -eu
step=$1 build=$2 work=$3 cmake=$4 CC=$5 CXX=$6
here=$(cd "$(dirname "$0")" && pwd)
tree=$work/tree
export CC CXX

# with_cmake WAY - all four programs by CMake, found as WAY says.
with_cmake() {
  rm -rf "${work:?}/$step"
  "$cmake" -S "$here/consumer" -B "$work/$step" -DCMAKE_BUILD_TYPE=Release \
    "-DWAY=$1" "-DCMAKE_PREFIX_PATH=$tree" "-DTARN_SOURCE=$here/../.."
  "$cmake" --build "$work/$step" -j 2
  for program in cpp_static cpp_shared c_static c_shared; do
    "$work/$step/$program"
  done
}

# with_pkg_config SOURCE COMPILER KIND - one program by a compiler's line.
with_pkg_config() {
  mkdir -p "$work/$step"
  pc=$(find "$tree" -name tarn.pc)
  PKG_CONFIG_PATH=$(dirname "$pc")
  export PKG_CONFIG_PATH
  program=$work/$step/$3_$(basename "$1" | tr . _)
  cflags=$(pkg-config --cflags tarn)
  libs=$(pkg-config --libs tarn)
  libdir=$(pkg-config --variable=libdir tarn)
  if [ "$3" = static ]; then
    libs="-Wl,-Bstatic $libs -Wl,-Bdynamic $(pkg-config --libs --static tarn |
      tr ' ' '\n' | grep -vx -e -ltarn -e "-L$libdir" | tr '\n' ' ')"
  else
    libs="$libs -Wl,-rpath,$libdir"
  fi
  # Flags are words.
  # shellcheck disable=SC2086
  $2 "$1" -o "$program" $cflags $libs
  "$program"
}

case $step in
  install)
    rm -rf "$work"
    mkdir -p "$work"
    "$cmake" --install "$build" --prefix "$tree"
    ;;
  find_package | add_subdirectory) with_cmake "$step" ;;
  pkg_config)
    for kind in static shared; do
      with_pkg_config "$here/consumer/main.cpp" "$CXX -std=c++20" "$kind"
      with_pkg_config "$here/consumer/main.c" "$CC -std=c11" "$kind"
    done
    ;;
  symbols)
    # Nothing but public names leaves the library.
    library=$(find "$tree" -name 'libtarn.so' | head -n 1)
    stray=$(nm -DC --defined-only "$library" | cut -d' ' -f3- |
      grep -v -e '^tarn::v1::' -e '^tarn_' -e ' for tarn::v1::' \
        -e ' to tarn::v1::' -e '^TARN_0' || true)
    [ -z "$stray" ] || { printf 'libtarn.so shows:\n%s\n' "$stray"; exit 1; }
    readelf -d "$library" | grep -q NODELETE
    ;;
  *) echo "unknown step $step"; exit 2 ;;
esac
