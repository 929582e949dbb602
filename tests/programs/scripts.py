"""scripts.py - what each program does in programs.py, and prints of it.

A script of sh; `under WORDS` runs them with the malloc that is asked for. What
it prints must be the same in every run: no times, no addresses, no ports. One
that takes long does an Nth of its work, of N in PART.
"""
# SPDX-License-Identifier: MIT

PROLOGUE = """
under() { LD_PRELOAD=$PRELOAD "$@"; }
# until WORDS - waits until they succeed, for ten seconds.
until_done() {
  for turn in $(seq 100); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  echo "never came: $*" >&2
  return 1
}
"""


class Program:
    def __init__(self, packages, needs, script, known=None):
        self.packages = packages  # Debian's
        self.needs = needs  # commands
        self.script = script
        self.known = known  # what reports of its own faults match


def plain(package, command, words):
    return Program(package, [command], f"under {command} {words}\n")


# The malloc stressor of 0.15.06 writes an address to the beginning of each
# block, also where it asked for fewer than eight bytes.
STRESSOR = (r"tarn: fault: [^\n]* \([0-7] bytes?, the heap\)\n"
            r"  found by [^\n]*\n    #0 /usr/bin/stress-ng")

PROGRAMS = {
    "python3": plain("python3", "/usr/bin/python3", "$INPUTS/objects.py"),
    "perl": plain("perl", "perl", "$INPUTS/words.pl"),
    "lua": plain("lua5.4", "lua5.4", "$INPUTS/tables.lua"),
    "sqlite3": Program("sqlite3", ["sqlite3"], """
under sqlite3 rows.db ".read $INPUTS/rows.sql"
under sqlite3 rows.db 'PRAGMA integrity_check; SELECT sum(price) FROM item'
sha256sum rows.db
"""),
    "git": Program("git", ["git"], """
export GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000'
under git -c init.defaultBranch=main init -q tree
cd tree
git config user.name n
git config user.email e@example.invalid
for turn in 1 2 3 4 5 6 7 8; do
  for file in $(seq 40); do seq $((turn * file)) $((turn * 900)) >f$file; done
  under git add .
  under git commit -qm "turn $turn"
done
under git gc -q
under git fsck 2>&1
under git log --stat --format='%H %s'
under git diff HEAD~3 | sha256sum
under git clone -q . ../copy
under git -C ../copy rev-parse HEAD
"""),
    "g++": Program("g++", ["g++"], """
under g++ -std=c++20 -O1 -c "$INPUTS/templates.cpp" -o one.o
sha256sum one.o
under g++ one.o -o one
under ./one
"""),
    "clang": Program("clang", ["clang++"], """
under clang++ -std=c++20 -O1 -c "$INPUTS/templates.cpp" -o one.o
sha256sum one.o
under clang++ one.o -o one
under ./one
"""),
    "cmake": Program("cmake g++ make", ["cmake", "g++", "make"], """
mkdir project
cat >project/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.18)
project(one LANGUAGES CXX)
set(all "")
foreach(i RANGE 1 300)
  string(REPEAT "x${i};" 40 row)
  list(APPEND all ${row})
  file(WRITE ${CMAKE_BINARY_DIR}/source${i}.txt "${row}")
endforeach()
list(REMOVE_DUPLICATES all)
list(SORT all COMPARE NATURAL)
string(SHA256 hash "${all}")
message(NOTICE "${hash}")
file(WRITE ${CMAKE_BINARY_DIR}/main.cpp "int main() { return 0; }")
foreach(i RANGE 1 100)
  add_executable(one${i} EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/main.cpp)
endforeach()
END
under cmake -S project -B built 2>&1 >log
under cmake --build built --target one7 >log
built/one7
ls built/CMakeFiles | grep -c '^one'
"""),
    "node": Program("nodejs", ["node"], """
cat >one.js <<'END'
const zlib = require('zlib');
const crypto = require('crypto');
const hash = crypto.createHash('sha256');
let buffers = [];
for (let i = 0; i < 20000; ++i) {
  buffers.push(Buffer.alloc(100 + (i * 7919) % 5000, i));
  if (i % 100 == 99) {
    const all = Buffer.concat(buffers);
    const back = zlib.gunzipSync(zlib.gzipSync(all));
    hash.update(back.equals(all) ? back : 'different');
    buffers = [];
  }
}
const rows = Array.from({length: 50000}, (_, i) => ({i, text: 'x'.repeat(i % 90)}));
hash.update(JSON.stringify(JSON.parse(JSON.stringify(rows))));
require('fs').readFile(process.argv[1], (_, text) => {
  hash.update(text);
  console.log(hash.digest('hex'));
});
END
under node one.js
"""),
    "java": Program("default-jdk-headless", ["java"], """
cat >One.java <<'END'
public class One {
  public static void main(String[] words) throws Exception {
    var map = new java.util.TreeMap<String, byte[]>();
    for (int i = 0; i < 200000; ++i) map.put("k" + i * 7919L % 65521, new byte[i % 300]);
    long sum = 0;
    for (var value : map.values()) sum += value.length;
    System.out.println(map.size() + " " + sum);
  }
}
END
under java One.java
"""),
    "redis": Program("redis-server redis-tools",
                     ["redis-server", "redis-benchmark"], """
under redis-server --port 0 --unixsocket "$PWD/socket" --save '' \\
  --enable-debug-command yes --dir . --daemonize no >log 2>&1 &
server=$!
ask() { redis-cli -s "$PWD/socket" "$@"; }
until_done ask ping
under redis-benchmark -s "$PWD/socket" -q -n $((30000 / PART)) -c 20 -P 4 \\
  -d 100 -t set,get,incr,lpush,lpop,sadd,hset,zadd,lrange_100,mset >/dev/null
ask flushall
ask eval 'for i = 1, ARGV[1] do
  redis.call("set", "k" .. i, string.rep("x", i % 700))
  redis.call("zadd", "z" .. i % 50, i, "member" .. i)
  redis.call("hset", "h" .. i % 300, "field" .. i, i)
end return 1' 0 $((30000 / PART))
ask bgsave
until_done test -s dump.rdb
ask debug digest
ask debug reload
ask debug digest
ask dbsize
ask shutdown nosave
wait $server
"""),
    "nginx": Program("nginx-light apache2-utils", ["nginx", "ab"], """
mkdir root logs
seq 200000 >root/numbers.txt
echo short >root/index.html
cat >nginx.conf <<END
daemon off; worker_processes 2; pid nginx.pid; error_log logs/error.log;
events { worker_connections 512; }
http { access_log off; gzip on; gzip_min_length 1; gzip_types text/plain;
  default_type text/plain; client_body_temp_path b; proxy_temp_path p;
  fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server { listen 127.0.0.1:$PORT; root $PWD/root;
    location /again/ { proxy_pass http://127.0.0.1:$PORT/; } } }
END
chmod -R a+rX . ..
under nginx -p "$PWD" -c "$PWD/nginx.conf" 2>log &
server=$!
at=http://127.0.0.1:$PORT
until_done curl -s $at/
for path in / /again/; do
  ab -q -n $((20000 / PART)) -c 40 $at$path |
    grep -E 'Complete|Failed|HTML|Non-2xx'
done
ab -q -n $((300 / PART)) -c 10 -H 'Accept-Encoding: gzip' $at/numbers.txt |
  grep -E 'Complete|Failed|Non-2xx'
curl -s --compressed $at/again/numbers.txt | sha256sum
kill $(cat nginx.pid)
wait $server
"""),
    "stress-ng": Program("stress-ng", ["stress-ng"], """
for one in 'malloc 200000' 'bigheap 200' 'list 20' 'tsearch 5' 'hsearch 100' \
  'skiplist 100' 'qsort 5' 'str 1000'; do
  set -- $one
  under stress-ng --$1 2 --$1-ops $((($2 + PART - 1) / PART)) --verify \\
    --temp-path . >log 2>&1
  echo $1 $? $(grep -c 'successful run' log)
done
under stress-ng --malloc 2 --malloc-ops $((100000 / PART)) --malloc-pthreads 4 --verify \
  --temp-path . >log 2>&1
echo threads $? $(grep -c 'successful run' log)
""", known=STRESSOR),
    "libreoffice": Program("libreoffice-writer-nogui", ["soffice"], """
{ echo '<html><body><h1>A day</h1><table border=1>'
  for row in $(seq 300); do echo "<tr><td>$row</td><td>row $row</td></tr>"; done
  echo '</table>'
  for part in $(seq 200); do echo "<p>Part <b>$part</b> of a text.</p>"; done
  echo '</body></html>'; } >day.html
office() {
  under soffice -env:UserInstallation=file://$PWD/profile --headless "$@" \\
    >/dev/null 2>>log
}
office --convert-to odt:writer8 day.html
office --convert-to txt:Text day.odt
office --convert-to pdf day.odt
cat day.txt
tail -c 6 day.pdf
"""),
    "gs": Program("ghostscript", ["gs"], """
under gs -q -dNOPAUSE -dBATCH -sDEVICE=pnggray -r100 -sOutputFile=page-%d.png \\
  "$INPUTS/page.ps"
sha256sum page-*.png
"""),
    "z3": plain("z3", "z3", "$INPUTS/puzzle.smt2"),
    "xz": Program("xz-utils", ["xz"], """
seq 300000 | under xz -T2 -6 | under xz -d | sha256sum
"""),
    "gdb": Program("gdb", ["gdb"], """
under gdb -q -batch -ex 'info functions ^main$' -ex 'break main' -ex run \\
  -ex 'print 6*7' /bin/true 2>&1 | grep -c 42
"""),
}
