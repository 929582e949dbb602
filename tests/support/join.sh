#!/bin/sh
# join.sh KIND SOURCE... - writes one file of those, each in a namespace of its
# own: what takes long to compile is what they include, and to link is the
# library. KIND is `cases`, of doctest, or `programs`, of which the argument names
# the one that runs.
kind=$1
shift
for source; do
  grep '^#include' "$source"
done | LC_ALL=C sort -u
[ "$kind" = cases ] || echo '#include <cstring>'

# Only a program's own main may end without a return.
for source; do
  awk '
    NR == 1 {
      name = FILENAME
      sub(/.*\//, "", name)
      sub(/\.cpp$/, "", name)
      print "namespace in_" name " {"
      print "#line 1 \"" FILENAME "\""
    }
    /^int main/ { in_main = 1 }
    in_main && /^}$/ { print "  return 0;" }
    /^#include/ { print ""; next }
    { print }
    END { print "}  // namespace in_" name }' "$source"
done

[ "$kind" != cases ] || exit 0
echo 'int main(int count, char** arguments) {'
for source; do
  name=$(basename "$source" .cpp)
  echo "  if (count == 2 && std::strcmp(arguments[1], \"$name\") == 0)"
  echo "    return in_$name::main();"
done
echo '  return 2;'  # no such program
echo '}'
