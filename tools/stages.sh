# stages.sh - the stages of ./check, and how they are told. Read by it with `.`;
# expects to run at the root, with $logs a folder for what each stage says.
# shellcheck shell=sh disable=SC2154

jobs=$(nproc)
passed=0
failed=0
all_began=0

begin() {
  all_began=$(date +%s)
  echo "checking with $jobs processors; each stage's output is in $logs"
}

# stage NAME COMMAND... - runs it quietly. Ends everything where it fails.
stage() {
  name=$1
  log=$logs/$name.log
  shift
  began=$(date +%s)
  [ ! -t 1 ] || printf '  ...   %s' "$name"
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  took=$(($(date +%s) - began))
  [ ! -t 1 ] || printf '\r'
  count_tests "$log"
  if [ $status = 0 ]; then
    printf '  ok    %-10s %4d s%s\n' "$name" $took "$counted"
    return
  fi
  [ "$counted_failed" != 0 ] || failed=$((failed + 1))
  printf '  FAIL  %-10s %4d s%s\n\n' "$name" $took "$counted"
  show_failure "$log"
  printf '\nThe stage %s failed; all it said is in %s.\n' "$name" "$log"
  finish
}

# Adds what ctest counted in a log; a stage without ctest is one test itself.
count_tests() {
  counted_failed=0
  # shellcheck disable=SC2046
  set -- $(sed -n \
    's/.*% tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\1 \2/p' "$1" |
    awk '{ failed += $1; all += $2 } END { if (NR) print failed, all }')
  if [ $# = 2 ]; then
    counted_failed=$1
    failed=$((failed + $1))
    passed=$((passed + $2 - $1))
    counted="   $2 tests"
  else
    counted=
    [ "$status" != 0 ] || passed=$((passed + 1))
  fi
}

# What a person needs of a failing stage's log: its first errors, what failed
# of the tests, else its end.
show_failure() {
  if grep -q 'error:' "$1"; then
    grep -m 3 -A 12 'error:' "$1"
  elif grep -q '^The following tests FAILED' "$1"; then
    # ctest tells each failing test's output behind its line.
    awk '/ Start +[0-9]+:|% tests passed/ { shown = 0 }
      / Test +#[0-9]+:/ { shown = /\*\*\*/ } shown' "$1" | head -n 60
  elif grep -q '^FAILED:' "$1"; then
    grep -A 12 '^FAILED:' "$1" | cut -c 1-300 | head -n 40
  else
    tail -n 40 "$1"
  fi
}

finish() {
  echo
  echo "$(($(date +%s) - all_began)) s in all"
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
  exit
}

# build_all PRESET... - configures and builds, in build/PRESET.
build_all() {
  for preset; do
    cmake --preset "$preset" >"$logs/configure.log" 2>&1 || {
      cat "$logs/configure.log"
      return 1
    }
    cmake --build --preset "$preset" -j "$jobs" || return 1
  done
}

# build_and_test PRESET [CTEST_OPTION...]
build_and_test() {
  build_all "$1" || return 1
  preset=$1
  shift
  # One more than there are processors, since some tests sleep.
  ctest --preset "$preset" -j $((jobs + 1)) "$@"
}

# Those for which the library is built without an operating system.
cores="cortex-m0 cortex-m3 cortex-m33 rv32 rv32imc"

build_embedded() {
  build_all embedded || return 1
  for core in $cores; do
    build_all "embedded-$core" || return 1
  done
}

# Of the libraries that build_embedded built.
check_proofs() {
  tests/tools/longest_path_test.py && tools/prove.py && tools/sizes.py
}

# The tests of tests/boards, where emulators are installed.
test_on_boards() {
  for core in $cores; do
    test_on_board "$core" || return 1
  done
}

# Says what they asked, too.
test_on_board() {
  if ! grep -q 'TARN_BOARD_EMULATOR:.*=/' "build/embedded-$1/CMakeCache.txt"; then
    echo "no emulator"
    return
  fi
  ctest --preset "embedded-$1" -j $((jobs + 1)) || return 1
  awk -v core="$1" '/^fell: / { print }
    /^[0-9]+ cases, / { cases += $1; checks += $3 }
    END { if (cases) print core ": " cases " cases of unit tests, " checks " checks" }' \
    "build/embedded-$1/Testing/Temporary/LastTest.log"
}

# In the build of release, which has the libraries already.
build_bench() {
  cmake --preset release -DTARN_BENCH=ON || return 1
  cmake --build --preset release -j "$jobs" || return 1
  # That preset stands for itself.
  cmake --preset bench >/dev/null
}

sources() {
  git ls-files -co --exclude-standard -- '*.hpp' '*.cpp' '*.h' '*.c'
}

check_format() {
  sources | xargs clang-format --dry-run -Werror
}

# What must not stand in a source: words for later, and paths of one machine.
check_words() {
  ! git grep -nI -E '\b(TODO|FIXME|XXX|HACK)\b|/(home|root|work)/[a-z]' -- \
    include src tests tools examples bench docs README.md ':!tools/stages.sh'
}

# Of sources as they are compiled, ten as one: by themselves they took thrice as
# long. They count as headers then, whose functions are looked at too. Followed
# deep into what a function calls, the ways through it took half of the time, and
# a few files most of that: so calls of small functions are followed.
check_tidy() {
  cmake --preset clang >/dev/null || return 1
  cmake --build --preset clang -j "$jobs" || return 1
  run-clang-tidy -p build/clang -j "$jobs" -quiet \
    -checks=-bugprone-suspicious-include -extra-arg=-Wreserved-identifier \
    -extra-arg=-Xclang -extra-arg=-analyzer-opt-analyze-headers \
    -extra-arg=-Xclang -extra-arg=-analyzer-config \
    -extra-arg=-Xclang -extra-arg=mode=shallow "$PWD/(src|build/clang/src)/.*" \
    '.*/tests/headers/include_tarn\.cpp'
}

# Of the newest subjects at most one in ten is longer than 72 characters or
# not `room: Sentence.`: history is not rewritten for one of them.
check_commits() {
  git log --no-merges -n 200 --format=%s | awk '
    length($0) > 72 { print "too long: " $0; ++bad; next }
    !/^[a-z0-9_, -]+: .*\.$/ { print "not `room: Sentence.`: " $0; ++bad }
    END { exit bad * 10 > NR }'
}
