#!/bin/sh
# tools.sh TREE BUILT WORK [MANDOC] - the command as it was installed into TREE:
# its pages say what it says, and it finds its parts and requests where they
# went, not where they were built (BUILT).
set -eu
tree=$1 built=$2 work=$3 mandoc=${4:-}
tarn=$tree/bin/tarn

fail() {
  echo "$*"
  exit 1
}

case $("$tarn" --version) in
  'tarn '[0-9]*) ;;
  *) fail "tarn --version says something else" ;;
esac

# Each option that the help names has its entry in the page.
page=$tree/share/man/man1/tarn-compare.1
[ -z "$mandoc" ] || "$mandoc" -T lint -W warning "$tree"/share/man/man1/*.1
"$tarn" compare --help | grep -o -e '--[a-z][a-z-]*' | sort -u >"$work/options"
[ "$(wc -l <"$work/options")" -ge 5 ] || fail "the help names no options"
while read -r option; do
  [ "$option" = --help ] || grep -q -e "^\\.It Fl -${option#--}\\b" "$page" ||
    fail "$page does not explain $option"
done <"$work/options"

# A request of the installed corpus that nobody can answer as it says: the
# command must meet it, so it read this corpus and ran its workers.
moved=$work/moved-tools
rm -rf "$moved"
cp -a "$tree" "$moved"
sed -i 's/=== 200 is it alive?/=== 201 is it alive?/' \
  "$moved/share/tarn/corpus/bots.requests"
status=0
said=$("$moved/bin/tarn" compare --quick 2>&1) || status=$?
[ $status = 3 ] || fail "exit status $status: $said"
case $said in
  *'got 200, not 201'*) ;;
  *) fail "the corpus beside it was not read: $said" ;;
esac

# Whatever it can run was installed; some parts are only missed late.
for part in "$built"/tarn* "$built"/libtarn-*.so; do
  case ${part##*/} in
    *.stamp | *test* | *crashing* | tarn-tool-parts | tarn-verdict-rate) ;;
    *)
      [ ! -f "$part" ] || [ -e "$tree/libexec/tarn/bin/${part##*/}" ] ||
        fail "${part##*/} was built but not installed"
      ;;
  esac
done
