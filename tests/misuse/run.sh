#!/bin/sh
# run.sh SOURCE PROGRAM... - the program must abort and say exactly the lines of
# SOURCE's head that begin with `// EXPECT `, where a * stands for any text. A
# line of that comment that begins with no word of those below goes on from the
# one before, so that no line need be longer than others. Details, which two
# blanks begin, are asked for only where the head has some: `// EXPECT   dump`.
source=$1
shift
want=$(awk '
  /^\/\/ EXPECT / { line[++count] = substr($0, 11); next }
  /^\/\/ (ONLY |CHECK |ALONE$)/ { next }
  /^\/\/ / && count { line[count] = line[count] " " substr($0, 4); next }
  { exit }
  END { for (i = 1; i <= count; ++i) print line[i] }' "$source")
[ -n "$want" ] || { echo "$source does not begin with // EXPECT"; exit 1; }

# A head that says `// CHECK full,page` has the program run in that mode.
TARN_CHECK=$(sed -n 's,^// CHECK ,,p;/^[^/]/q' "$source")
export TARN_CHECK

# Race reports of a program whose fault is a race would be lines too many.
TSAN_OPTIONS="${TSAN_OPTIONS:-} report_bugs=0"
export TSAN_OPTIONS
# shellcheck disable=SC3045
ulimit -c 0

said=$("$@" 2>&1 >/dev/null)
status=$?
# An emulator reports the signal too.
said=$(printf '%s\n' "$said" | grep -v '^qemu: uncaught target signal 6 ')
# And a check says what it goes on without, as on an older kernel.
printf '%s\n' "$want" | grep -q '^tarn: check: ' ||
  said=$(printf '%s\n' "$said" | grep -v '^tarn: check: ')
printf '%s\n' "$want" | grep -q '^  ' ||
  said=$(printf '%s\n' "$said" | grep -v '^  ')
[ "$status" -eq 134 ] || {
  echo "ended with status $status, wanted 134 (SIGABRT); said: $said"
  exit 1
}
# Line by line, so that no * matches more than its own.
told=$(printf '%s\n' "$said" | wc -l)
[ "$told" -eq "$(printf '%s\n' "$want" | wc -l)" ] || told=0
while [ "$told" -gt 0 ]; do
  # shellcheck disable=SC2016
  pattern=$(printf '%s\n' "$want" | sed -n "${told}p" |
    sed 's,[][\\.^$(){}+?|],\\&,g; s,\*,.*,g')
  printf '%s\n' "$said" | sed -n "${told}p" | grep -Eqx -- "$pattern" || break
  told=$((told - 1))
  [ "$told" -gt 0 ] || exit 0
done
printf 'said   %s\nwanted %s\n' "$said" "$want"
exit 1
