#!/usr/bin/env python3
"""servers.py - nginx, redis-server and node under tarn's malloc and others.

    servers.py [--tools build/release] [--rounds 5] [--only NAME ...]

Each server is compared by `tarn compare --load`, a call for each: every malloc
once in each round, in an order drawn anew. After the load there is a second of
silence, and the resident memory at its end is what "after" shows, of the last
round. Servers and loads that are not installed are named and left out. Writes
bench/results/servers_NAME.csv.
"""
# SPDX-License-Identifier: MIT
import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

import driver

INPUTS = driver.ROOT / "bench" / "inputs"
SILENCE = "; sleep 1"


class Server:
    """Its package, words, load and port; {} is a folder made for it."""

    def __init__(self, package, words, load, port):
        self.package = package
        self.words = words
        self.load = load
        self.port = port


SERVERS = {
    # A page of 13 KiB that is compressed for each request.
    "nginx": Server(
        "nginx-light", ["nginx", "-p", "{}", "-c", "{}/nginx.conf"],
        "wrk -t1 -c32 -d3s --latency -H 'Accept-Encoding: gzip' "
        "http://127.0.0.1:18080/page.txt", 18080),
    # Keys, lists and hashes that stay.
    "redis": Server(
        "redis-server", ["redis-server", "--port", "18082", "--save", "",
                         "--dir", "{}"],
        "redis-benchmark -p 18082 -n 150000 -c 32 -P 8 -r 100000 -d 200 --csv"
        " -t lpush,hset,set", 18082),
    # A table as JSON, compressed by zlib.
    "node": Server(
        "nodejs", ["node", str(INPUTS / "answers.js"), "18081"],
        "wrk -t1 -c32 -d3s --latency http://127.0.0.1:18081/", 18081),
}


def prepare(folder):
    folder.chmod(0o755)
    (folder / "logs").mkdir()
    (folder / "page.txt").write_text("\n".join(map(str, range(2900))))
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid nginx.pid; error_log logs/error.log;
events {{ worker_connections 512; }}
http {{ access_log off; gzip on; gzip_types text/plain; default_type text/plain;
  keepalive_requests 1000000; client_body_temp_path b; proxy_temp_path p;
  fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server {{ listen 127.0.0.1:18080; root {folder}; }} }}
""")


def compare(tools, server, rounds):
    """What `tarn compare` wrote."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        words = [word.replace("{}", folder) for word in server.words]
        figures = Path(folder) / "figures.json"
        done = subprocess.run(
            [Path(tools) / "tools" / "tarn", "compare", "--runs", str(rounds),
             "--json", figures, "--load", server.load + SILENCE, "--ready",
             str(server.port), "--", *words], text=True, capture_output=True)
        if done.returncode not in (0, 1):
            driver.stop(f"tarn compare failed ({done.returncode}): "
                        f"{done.stderr[-400:]}")
        return json.loads(figures.read_text())


def rows_of(found):
    names = found["load_figures"]
    late = next((name for name in names if "p99" in name), names[-1])
    rows = []
    for one in found["candidates"]:
        if one["failure"]:
            driver.say(f"without {one['name']}: {one['failure']}")
            continue
        figures = one["figures"]
        rates = figures[names[0]]["rounds"]
        rows.append([
            one["name"], f"{statistics.median(rates):.0f}",
            f"{min(rates):.0f}", f"{max(rates):.0f}",
            f"{figures[late]['median']:.3g}",
            f"{figures['processor_seconds']['median']:.3f}",
            f"{figures['rss_peak']['median'] / (1 << 20):.1f}",
            f"{one['rss_over_time'][-1][1] / (1 << 20):.1f}"])
    return [["malloc", names[0], "least", "most", late, "CPU s", "peak MiB",
             "after MiB"], rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tools", default="build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+")
    given = parser.parse_args()
    for name, server in SERVERS.items():
        if given.only and name not in given.only:
            continue
        load = server.load.split()[0]
        if not shutil.which(server.words[0]) or not shutil.which(load):
            driver.say(f"without {name}: {server.package} or {load} is not "
                       "installed")
            continue
        header, rows = rows_of(compare(given.tools, server, given.rounds))
        print(f"\n{name}: {server.load}")
        driver.print_table(header, rows)
        driver.write_results(f"servers_{name}", header, rows)


if __name__ == "__main__":
    main()
