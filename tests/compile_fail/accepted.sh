#!/bin/sh
# accepted.sh SOURCE... -- COMPILER FLAG... - with -DTARN_ACCEPT, which hides the
# refused lines, all sources compile: as one, since most of what each of them
# takes is what it includes. run.sh looks at those that cannot be.
set -e
joined=$(mktemp -d)
trap 'rm -rf "$joined"' EXIT
while [ "$1" != -- ]; do
  grep -qx -e '// OPTIMISED' -e '// ALONE' "$1" ||
    "$(dirname "$0")/../support/join.sh" cases "$1" >>"$joined/accepted.cpp"
  shift
done
shift
LC_ALL=C "$@" -fsyntax-only -DTARN_ACCEPT "$joined/accepted.cpp"
