#!/bin/sh
# checked.sh MODES SOURCE PROGRAM... - whether the program is sound in each of
# the checked modes, parted by `;`: it prints what the last lines of its
# source say, ends well, and nothing is reported. What a mode may print in place
# of a line stands below it, after `// checked> `.
set -u
modes=$1
source=$2
shift 2
grep -q '^//> ' "$source" || { echo "$source does not say what it prints"; exit 1; }
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT

# Each printed line is one of those that may stand there.
is_expected() {
  awk '
    FNR == NR && sub(/^\/\/> ?/, "") { line[++lines] = $0 }
    FNR == NR && sub(/^\/\/ checked> ?/, "") { other[lines] = $0 }
    FNR == NR { next }
    $0 != line[FNR] && (!(FNR in other) || $0 != other[FNR]) {
      print "expected: " line[FNR] "\nprinted:  " $0
      wrong = 1
    }
    END {
      if (FNR != lines)
        print FNR " lines, expected " lines
      exit wrong || FNR != lines
    }' "$source" -
}

for mode in $(printf '%s' "$modes" | tr ';' ' '); do
  printed=$(TARN_CHECK=$mode "$@" 2>"$said")
  status=$?
  [ $status = 0 ] || { echo "$mode: exit status $status"; cat "$said"; exit 1; }
  printf '%s\n' "$printed" | is_expected || { echo "in mode $mode"; exit 1; }
  # A kernel that lacks something is no fault of the program.
  if grep '^tarn: ' "$said" | grep -qv '^tarn: check: '; then
    echo "in mode $mode:"
    cat "$said"
    exit 1
  fi
done
