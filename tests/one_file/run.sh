#!/bin/sh
# run.sh STEP ROOT WORK - tarn_fixed.hpp and tarn_fixed.h by themselves in an
# empty folder. Steps:
#   same     made twice they are the same, in any folder
#   hosted   $CXX and $CC build and run a program, and one of C99; clang++ also
#            builds for a Cortex-M3, where the headers of one are there
#   boards   they build without any library for Cortex-M0, M3 and RV32; on the
#            second a tarn_on_fault of the program's own leaves no text
set -eu
step=$1 root=$2 work=$3
here=$root/tests/one_file
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
bare="-std=c++20 -ffreestanding -fno-exceptions -fno-rtti
  -fno-threadsafe-statics -ffunction-sections -fdata-sections"

rm -rf "$work"
mkdir -p "$work"
cd "$work"
"$root/tools/one_file.py" .
cp "$here"/*.cpp .
# As docs/fixed.md says, in a program with names of its own, which those of tarn do
# not meet.
{
  echo 'struct Place; struct InterruptsOff; struct Line; struct Block;'
  sed -n '/snippet: one_file/,/^```$/{/^#/p}' "$root/docs/fixed.md"
} >tarn.cpp

# run_hosted CXX CC - the implementation once, for a C++ and a C program.
run_hosted() {
  sed 's,"tarn/fixed.h","tarn_fixed.h",' "$root/tests/c/fixed.c" >in_c.c
  # Options are words.
  # shellcheck disable=SC2086
  {
    $1 -std=c++20 $warnings -c tarn.cpp -o tarn.o
    $1 -std=c++20 -O1 $warnings program.cpp tarn.o -o program
    $2 -std=c99 -O1 $warnings -c in_c.c -o in_c.o
    $1 in_c.o tarn.o -o in_c
  }
  [ "$(./program)" = "1 1 1 10 1" ]
  ./in_c
}

# build CORE CXX OPTION... - the firmware for a core, as CORE.elf.
build() {
  core=$1 cxx=$2
  shift 2
  # shellcheck disable=SC2086
  {
    $cxx $bare $warnings "$@" -c tarn.cpp -o tarn.$core.o
    $cxx $bare $warnings "$@" -c firmware.cpp -o firmware.$core.o
    link $core.elf $cxx "$@" firmware.$core.o
  }
}

# link OUT CXX OPTION... - with what it needs of the compiler's own library.
link() {
  out=$1 cxx=$2
  shift 2
  "$cxx" "$@" "tarn.$core.o" -o "$out" -nostdlib -lgcc -Wl,--gc-sections \
    -Wl,-e,firmware
}

# Bytes of code and constants, as the second line of size says.
size_of() {
  arm-none-eabi-size "$1" | awk 'NR == 2 { print $1 }'
}

# Texts in an image: four of the words of docs/faults.md.
texts_in() {
  arm-none-eabi-objcopy -O binary "$1" image
  grep -c -a -e 'tarn: fault' -e 'given to a' -e 'written to' \
    -e 'power of two' image || true
}

# has_none PATTERN FILE... - `!` alone would end no script.
has_none() {
  ! grep -n "$@" || exit 1
}

case $step in
  same)
    (mkdir again && cd / && "$root/tools/one_file.py" "$work/again")
    cmp tarn_fixed.hpp again/tarn_fixed.hpp
    cmp tarn_fixed.h again/tarn_fixed.h
    grep -q '^// SPDX-License-Identifier: MIT' tarn_fixed.hpp
    grep -q "$(sed -n 's/^project(tarn VERSION \([0-9.]*\).*/tarn \1,/p' \
      "$root/CMakeLists.txt")" tarn_fixed.h
    # A line that is built in the room itself would stay in every program.
    has_none 'base::Line' "$root"/src/fixed/*
    # Nothing of this tree is needed.
    has_none '^ *# *include "' tarn_fixed.hpp tarn_fixed.h
    ;;
  hosted)
    run_hosted "${CXX:-g++}" "${CC:-gcc}"
    case ${CXX:-} in
      *clang++*)
        for headers in /usr/include/newlib/c++/*/; do :; done
        [ -d "$headers" ] || exit 0
        # shellcheck disable=SC2086
        $CXX $bare $warnings --target=arm-none-eabi -mcpu=cortex-m3 -mthumb \
          -isystem "$headers" -isystem "$headers/arm-none-eabi/thumb/v7-m/nofp" \
          -isystem /usr/include/newlib -c tarn.cpp -o tarn.arm.o
        ;;
    esac
    ;;
  boards)
    build m0 arm-none-eabi-g++ -mcpu=cortex-m0 -mthumb
    for headers in /usr/include/newlib/c++/*/; do :; done
    build rv32 riscv64-unknown-elf-g++ -march=rv32imac -mabi=ilp32 \
      -isystem "$headers" -isystem "$headers/arm-none-eabi/thumb/v7-m/nofp"
    build m3 arm-none-eabi-g++ -Os -mcpu=cortex-m3 -mthumb
    link dropped.elf arm-none-eabi-g++ -mcpu=cortex-m3 -mthumb firmware.m3.o \
      -Wl,--defsym=tarn_on_fault=tarn_abort
    # shellcheck disable=SC2086
    arm-none-eabi-g++ $bare -Os -mcpu=cortex-m3 -mthumb -DOWN_FAULTS -c \
      firmware.cpp -o firmware.own.o
    link own.elf arm-none-eabi-g++ -mcpu=cortex-m3 -mthumb firmware.own.o
    echo "bytes with texts: $(size_of m3.elf), with a tarn_on_fault of its" \
      "own: $(size_of own.elf), by a link option: $(size_of dropped.elf)"
    [ "$(texts_in m3.elf)" -gt 0 ]
    [ "$(texts_in own.elf)" = 0 ]
    [ "$(texts_in dropped.elf)" = 0 ]
    [ "$(size_of m3.elf)" -gt $(($(size_of own.elf) + 1000)) ]
    ;;
  *)
    echo "run.sh: no step is called $step" >&2
    exit 2
    ;;
esac
