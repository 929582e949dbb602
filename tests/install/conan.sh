#!/bin/sh
# conan.sh WORK - Conan makes the package, in both kinds, and packaging/conan's
# test program uses it. Whatever Conan keeps goes to WORK.
set -eu
work=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "$work"
mkdir -p "$work"
export CONAN_HOME="$work/home"
# The recipe builds where it lies, so it lies elsewhere.
(cd "$root" && tar -c CMakeLists.txt LICENSE cmake include src packaging \
  tests/install) | tar -x -C "$work"
conan profile detect
for shared in False True; do
  conan create "$work/packaging/conan" --no-remote --build missing \
    -s compiler.cppstd=20 -o "tarn/*:shared=$shared"
done
