# ways.sh - the ways to take libtarn into a program; read by run.sh with `.`.
# Each builds and runs the programs of consumer/, in C++20 and C11, over the
# static and the shared library. Expects: here, work, cmake, CC, CXX, toolchain
# and emulator; the last two are empty but for another machine.
# shellcheck shell=sh disable=SC2154
[ -z "$toolchain" ] || [ -n "$emulator" ] || emulator='test -x'

# run_built PROGRAM - which is for the other machine where there is one.
run_built() {
  [ -z "$toolchain" ] || readelf -h "$1" | grep -q AArch64
  $emulator "$1"
}

# with_cmake WAY TREE - found by CMake as WAY says. $kinds: over
# which libraries; none, and nothing is built.
kinds='static shared'
with_cmake() {
  way=$1 tree=$2
  built=$work/built/$(basename "$tree")-$way
  rm -rf "$built"
  # Nothing is optimized, headers are read once and sources compiled as one, so
  # that the ways that build tarn too take less time.
  "$cmake" -S "$here/consumer" -B "$built" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_FLAGS_DEBUG= -DTARN_PRECOMPILE=ON \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=32 "-DWAY=$way" \
    "-DCMAKE_PREFIX_PATH=$tree" "-DTARN_SOURCE=$tree" \
    ${toolchain:+"-DCMAKE_TOOLCHAIN_FILE=$toolchain"}
  # Of tarn only what these programs need.
  programs=
  for kind in $kinds; do
    programs="$programs cpp_$kind c_$kind malloc_$kind"
  done
  [ -n "$programs" ] || return 0
  # Names are words.
  # shellcheck disable=SC2086
  "$cmake" --build "$built" -j "$(nproc)" --target $programs
  for program in $programs; do
    run_built "$built/$program"
  done
}

# one_with_pkg_config TREE SOURCE COMPILER KIND - by a compiler's line.
one_with_pkg_config() {
  cflags=$(pkg-config --cflags tarn)
  libs=$(pkg-config --libs tarn)
  libdir=$(pkg-config --variable=libdir tarn)
  program=$work/built/$(basename "$1")-pkg_config/$4_$(basename "$2" | tr . _)
  mkdir -p "$(dirname "$program")"
  if [ "$4" = static ]; then
    libs="-Wl,-Bstatic $libs -Wl,-Bdynamic $(pkg-config --libs --static tarn |
      tr ' ' '\n' | grep -vx -e -ltarn -e "-L$libdir" | tr '\n' ' ')"
  else
    libs="$libs -Wl,-rpath,$libdir"
  fi
  # Flags are words.
  # shellcheck disable=SC2086
  $3 -Wall -Wextra -Wpedantic -Werror "$2" -o "$program" $cflags $libs
  run_built "$program"
}

# with_pkg_config TREE - over the libraries of $kinds.
with_pkg_config() {
  PKG_CONFIG_LIBDIR=$(dirname "$(find "$1" -name tarn.pc)")
  # Else pkg-config leaves out what it takes for the compiler's own folders.
  PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
  PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
  export PKG_CONFIG_LIBDIR PKG_CONFIG_ALLOW_SYSTEM_CFLAGS \
    PKG_CONFIG_ALLOW_SYSTEM_LIBS
  for kind in $kinds; do
    one_with_pkg_config "$1" "$here/consumer/main.cpp" "$CXX -std=c++20" "$kind"
    one_with_pkg_config "$1" "$here/consumer/main.c" "$CC -std=c11" "$kind"
  done
  malloc_with_pkg_config
}

# A C program whose malloc is tarn's, which asks tarn.
malloc_with_pkg_config() {
  libdir=$(pkg-config --variable=libdir tarn)
  for kind in $kinds; do
    program=$work/built/malloc_$kind
    flags="$(pkg-config --cflags tarn) $(pkg-config --libs tarn-malloc tarn)"
    if [ "$kind" = static ]; then
      flags="$(pkg-config --cflags tarn) -Wl,-Bstatic $(pkg-config --libs \
        tarn-malloc tarn) -Wl,-Bdynamic -pthread"
    fi
    # Flags are words.
    # shellcheck disable=SC2086
    $CC -std=c11 "$here/consumer/malloc.c" -o "$program" $flags \
      "-Wl,-rpath,$libdir"
    run_built "$program"
  done
}

# snapshot FOLDER - a git repository there with the sources as they now are.
snapshot() {
  rm -rf "$1"
  mkdir -p "$1"
  (cd "$here/../.." && git ls-files -co --exclude-standard -z |
    tar -c --null --ignore-failed-read -T - 2>/dev/null) | tar -x -C "$1"
  git -C "$1" init -q -b main
  git -C "$1" add -A
  git -C "$1" -c user.name=tests -c user.email=tests@localhost \
    commit -q -m snapshot
}
