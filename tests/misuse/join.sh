#!/bin/sh
# join.sh SOURCE... - writes one program of those: each is in a namespace of its
# own, and the argument names the one that runs. What takes long to compile is
# what they include, and to link is the library.
for source; do
  grep '^#include' "$source"
done | LC_ALL=C sort -u
echo '#include <cstring>'

# Only a program's own main may end without a return.
for source; do
  awk '
    NR == 1 {
      name = FILENAME
      sub(/.*\//, "", name)
      sub(/\.cpp$/, "", name)
      print "namespace " name " {"
      print "#line 1 \"" FILENAME "\""
    }
    /^int main/ { in_main = 1 }
    in_main && /^}$/ { print "  return 0;" }
    /^#include/ { print ""; next }
    { print }
    END { print "}  // namespace " name }' "$source"
done

echo 'int main(int, char** arguments) {'
for source; do
  name=$(basename "$source" .cpp)
  echo "  if (std::strcmp(arguments[1], \"$name\") == 0)"
  echo "    return $name::main();"
done
echo '  return 2;'
echo '}'
