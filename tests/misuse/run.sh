#!/bin/sh
# run.sh SOURCE PROGRAM... - the program must abort and say exactly the lines of
# SOURCE's head that begin with `// EXPECT `, where a * stands for any text. A
# line of that comment that begins with no word of those below goes on from the
# one before, so that no line need be longer than others. Details, which two
# blanks begin, are asked for only where the head has some: `// EXPECT   dump`.
# There are hundreds of these: it starts no other program than the one.
source=$1
shift
newline='
'
want=
# A head that says `// CHECK full,page` has the program run in that mode.
TARN_CHECK=
while IFS= read -r line; do
  case $line in
    '// EXPECT '*) want=${want:+$want$newline}${line#// EXPECT } ;;
    '// CHECK '*) TARN_CHECK=${line#// CHECK } ;;
    '// ONLY '* | '// ALONE') ;;
    '// '*)
      [ -n "$want" ] || break
      want="$want ${line#// }"
      ;;
    *) break ;;
  esac
done <"$source"
[ -n "$want" ] || { echo "$source does not begin with // EXPECT"; exit 1; }
export TARN_CHECK

# Race reports of a program whose fault is a race would be lines too many.
TSAN_OPTIONS="${TSAN_OPTIONS:-} report_bugs=0"
export TSAN_OPTIONS
# shellcheck disable=SC3045
ulimit -c 0

all=$("$@" 2>&1 >/dev/null)
status=$?
[ "$status" -eq 134 ] || {
  echo "ended with status $status, wanted 134 (SIGABRT); said: $all"
  exit 1
}

# wants PREFIX - whether some line of the head begins so.
wants() {
  case $newline$want in
    *"$newline$1"*) ;;
    *) false ;;
  esac
}

# What is not asked for: an emulator reports the signal too, and a check says
# what it goes on without, as on an older kernel.
said=
while IFS= read -r line; do
  case $line in
    'qemu: uncaught target signal 6 '*) continue ;;
    'tarn: check: '*) wants 'tarn: check: ' || continue ;;
    '  '*) wants '  ' || continue ;;
  esac
  said=$said$line$newline
done <<END
$all
END

# pattern_of LINE - leaves in `pattern` what `case` matches it by.
pattern_of() {
  pattern=
  rest=$1
  while :; do
    case $rest in
      *[]\\[?]*) ;;
      *) break ;;
    esac
    before=${rest%%[]\\[?]*}
    rest=${rest#"$before"}
    pattern=$pattern$before\\${rest%"${rest#?}"}
    rest=${rest#?}
  done
  pattern=$pattern$rest
}

# Line by line, so that no * matches more than its own.
fail() {
  printf 'said   %s\nwanted %s\n' "$said" "$want"
  exit 1
}
left=$want$newline
while IFS= read -r line; do
  [ -n "$left" ] || fail
  pattern_of "${left%%"$newline"*}"
  left=${left#*"$newline"}
  # A pattern it is to be.
  # shellcheck disable=SC2254
  case $line in
    $pattern) ;;
    *) fail ;;
  esac
done <<END
${said%"$newline"}
END
[ -z "$left" ] || fail
