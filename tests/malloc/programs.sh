#!/bin/sh
# programs.sh DOOR WITNESS PROGRAM - runs a real program under the door DOOR; its result
# must be right, and the door must have served each of its processes: a witness
# in them asks tarn at the end.
# shellcheck disable=SC2016,SC3045
set -eu
door=$1 witness=$2 program=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# under COMMAND... - its output; the witness writes beside it.
under() {
  LD_PRELOAD="$door:$witness" TARN_WITNESS="$work/served" "$@"
}

# is RESULT EXPECTED
is() {
  [ "$1" = "$2" ] || { printf 'got\n%s\nnot\n%s\n' "$1" "$2"; exit 1; }
}

case $program in
  sh)
    is "$(under sh -c 'for i in 1 2 3; do echo $i | cat; done | sort -r |
      tr "\n" " "')" '3 2 1 ' ;;
  python3)
    is "$(PYTHONMALLOC=malloc under python3 -c '
import collections, json, re, threading
words = collections.Counter(re.findall("..", "abcdefgh" * 5000))
table = {str(i): [i] * (i % 50) for i in range(20000)}
threads = [threading.Thread(target=json.dumps, args=(table,)) for _ in "123"]
for one in threads: one.start()
for one in threads: one.join()
print(json.loads(json.dumps(table)) == table, words["ab"])')" 'True 5000' ;;
  perl)
    is "$(under perl -e 'my %h; $h{$_} = "x" x ($_ % 300) for 1..50000;
      delete $h{$_} for grep { $_ % 2 } keys %h;
      print scalar(keys %h), " ", length join "", values %h;')" \
      '25000 3720200' ;;
  git)
    cd "$work"
    under git -c init.defaultBranch=main init -q tree
    cd tree
    for i in 1 2 3 4 5; do seq 1 2000 >"f$i"; done
    under git add .
    under git -c user.name=n -c user.email=e@example.invalid commit -qm one
    under git gc -q
    is "$(under git ls-files | tr '\n' ' ')" 'f1 f2 f3 f4 f5 '
    is "$(under git fsck 2>&1)" '' ;;
  g++)
    printf '%s\n' '#include <cstdio>' '#include <map>' '#include <string>' \
      'int main() { std::map<std::string, int> m;' \
      '  for (int i = 0; i < 100; ++i) m[std::to_string(i)] = i;' \
      '  std::printf("%zu\n", m.size()); }' >"$work/one.cpp"
    under g++ -O1 "$work/one.cpp" -o "$work/one"
    is "$(under "$work/one")" 100 ;;
  limited)
    # It works within two gigabytes of address space, and is told of the end.
    is "$(ulimit -v 2097152
      under perl -e 'my @a = map { "x" x $_ } 1..3000; print scalar @a')" 3000
    said=$(ulimit -v 262144
      under perl -e 'my @a; push @a, "x" x 9_000_000 for 1..100; print "all"' \
        2>&1) && exit 1
    is "$said" 'Out of memory!' ;;
  no_proc)
    # Where this user may not make such a place there is nothing to test.
    unshare -rm mount -t tmpfs none /proc 2>/dev/null || exit 0
    is "$(unshare -rm sh -c "mount -t tmpfs none /proc && LD_PRELOAD=$door:\
$witness TARN_WITNESS=$work/served perl -e 'print length(\"x\" x 1000000)'")" \
      1000000 ;;
  *) echo "programs.sh: no $program" >&2; exit 2 ;;
esac

# Every process of it wrote a line; the last one must have been served.
[ -s "$work/served" ] || { echo 'nobody was served'; exit 1; }
awk '$1 != "served" || $2 + 0 == 0 { print; bad = 1 }
     { sum += $2 } END { print NR, "processes,", sum, "refills"; exit bad }' \
  "$work/served"
