#!/bin/sh
# run.sh SOURCE COMPILER FLAG... - SOURCE must not compile, and the compiler must
# say the text of one of its lines `// EXPECT TEXT` (compilers differ in words).
# With -DTARN_ACCEPT, which hides the refused line, it must compile: accepted.sh
# looks at that, but for what only the optimiser sees, which says `// OPTIMISED`,
# and what includes something then, `// ALONE`.
source=$1
shift
export LC_ALL=C
if grep -qx '// OPTIMISED' "$source"; then
  set -- "$@" -O2 -c -o /dev/null
else
  set -- "$@" -fsyntax-only
fi
if grep -qx -e '// OPTIMISED' -e '// ALONE' "$source"; then
  accepted=$("$@" -DTARN_ACCEPT "$source" 2>&1) || {
    printf 'does not compile without the refused line:\n%s\n' "$accepted"
    exit 1
  }
fi
refused=$("$@" "$source" 2>&1) && {
  echo "compiles, and should not"
  exit 1
}
grep -q '^// EXPECT ' "$source" || { echo "no // EXPECT in $source"; exit 1; }
sed -n 's,^// EXPECT ,,p' "$source" | while IFS= read -r want; do
  case $refused in *"$want"*) echo found ;; esac
done | grep -q found || {
  printf 'refused in other words:\n%s\n' "$refused"
  exit 1
}
