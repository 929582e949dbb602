#!/bin/sh
# run.sh SOURCE PROGRAM... - the program must abort and say exactly one line,
# that of `// EXPECT LINE` at the top of SOURCE, where a * stands for any text.
source=$1
shift
want=$(sed -n '1s,^// EXPECT ,,p' "$source")
[ -n "$want" ] || { echo "$source does not begin with // EXPECT"; exit 1; }

# Race reports of a program whose fault is a race would be lines too many.
TSAN_OPTIONS="${TSAN_OPTIONS:-} report_bugs=0"
export TSAN_OPTIONS
# shellcheck disable=SC3045
ulimit -c 0

said=$("$@" 2>&1 >/dev/null)
status=$?
[ "$status" -eq 134 ] || {
  echo "ended with status $status, wanted 134 (SIGABRT); said: $said"
  exit 1
}
# shellcheck disable=SC2016
pattern=$(printf '%s' "$want" | sed 's,[][\\.^$(){}+?|],\\&,g; s,\*,.*,g')
if [ "$(printf '%s\n' "$said" | wc -l)" -ne 1 ] ||
  ! printf '%s\n' "$said" | grep -Eqx -- "$pattern"; then
  printf 'said   %s\nwanted %s\n' "$said" "$want"
  exit 1
fi
