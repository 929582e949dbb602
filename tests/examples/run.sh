#!/bin/sh
# run.sh SOURCE PROGRAM... - whether the program prints what the last lines of
# its source say, each after `//> `, and ends well.
set -u
source=$1
shift
expected=$(sed -n 's,^//> \{0\,1\},,p' "$source")
[ -n "$expected" ] || { echo "$source does not say what it prints"; exit 1; }
printed=$("$@")
status=$?
if [ "$printed" != "$expected" ]; then
  printf 'expected:\n%s\n\nprinted:\n%s\n' "$expected" "$printed"
  exit 1
fi
[ $status = 0 ] || { echo "exit status $status"; exit 1; }
