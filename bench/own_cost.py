#!/usr/bin/env python3
"""own_cost.py - what does a server lose by running under `tarn compare`?

    own_cost.py [--tools build/release/tools] [--rounds 10] [--passes 150]
                [--core 0]

Serves the corpus so many times: alone, and as the program of `tarn compare --`,
which samples its resident memory meanwhile. In each round both have some turns,
in an order drawn anew; both are timed by the same few lines, from outside of
the server. Neighbours only ever make a turn slower, so the faster halves are
compared, of time and of processor time, and the range of what is lost is that
of 95 % of a thousand draws from the turns. With --core all of it has that one
core, so that what the sampling takes is taken from the server.

Then what tarn itself and its launcher use of a processor for each second that a
program sleeps: on a machine with no core to spare the server has that less.
"""
# SPDX-License-Identifier: MIT
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import driver

FIGURES = {"time": "time", "processor": "processor time"}
TURNS = 3  # of each way in a round
DRAWS = 1000


def serve_once(words, file):
    """Runs the server, and notes what it took; of the usual malloc only."""
    began = time.monotonic()
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(server.pid, 0)
    took = {"time": time.monotonic() - began,
            "processor": usage.ru_utime + usage.ru_stime}
    # The rehearsal and the rivals have a library before the C library's.
    if status == 0 and not os.environ.get("LD_PRELOAD"):
        with open(file, "a", encoding="ascii") as notes:
            notes.write(json.dumps(took) + "\n")
    return status


def read(file):
    return [json.loads(line) for line in Path(file).read_text().splitlines()]


def measure(options, folder):
    tools = driver.ROOT / options.tools
    server = [str(tools / "tarn-worker"), str(driver.ROOT / "corpus"),
              "ordinary", "count", str(options.passes)]
    compare = [str(tools / "tarn"), "compare", "--runs", str(TURNS), "--only",
               "jemalloc", "--"]
    ways = {name: [sys.executable, __file__, "--one",
                   str(Path(folder) / name), *server]
            for name in ("alone", "under compare")}
    for number in range(options.rounds):
        driver.say(f"round {number + 1} of {options.rounds}")
        for name in random.sample(list(ways), len(ways)):
            is_alone = name == "alone"
            for _ in range(TURNS if is_alone else 1):
                subprocess.run(([] if is_alone else compare) + ways[name],
                               check=True, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    return {name: read(Path(folder) / name) for name in ways}


def faster_half(values):
    values = sorted(values)
    return statistics.geometric_mean(values[:(len(values) + 1) // 2])


def lost(rounds, figure, draw):
    """The share by which the second way takes longer than the first."""
    alone, under = (faster_half([one[figure] for one in draw(turns)])
                    for turns in rounds.values())
    return under / alone - 1


def seconds_used(tarn, seconds):
    """Of a processor, by tarn and all it started, while programs sleep."""
    before = os.times()
    subprocess.run([tarn, "compare", "--runs", "1", "--only", "jemalloc", "--",
                    "sleep", str(seconds)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return (after.children_user + after.children_system -
            before.children_user - before.children_system)


def share_of_a_core(options):
    tarn = str(driver.ROOT / options.tools / "tarn")
    # Two mallocs, each with a rehearsal and a round; only what more seconds
    # take is sampling.
    short, long, runs = 1, 6, 4
    return ((seconds_used(tarn, long) - seconds_used(tarn, short)) /
            ((long - short) * runs))


def main():
    if sys.argv[1:2] == ["--one"]:
        return serve_once(sys.argv[3:], sys.argv[2])
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tools", default="build/release/tools")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--passes", type=int, default=150)
    parser.add_argument("--core", type=int)
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    with tempfile.TemporaryDirectory() as folder:
        rounds = measure(options, folder)
    for figure, name in FIGURES.items():
        draws = sorted(lost(rounds, figure,
                            lambda turns: random.choices(turns, k=len(turns)))
                       for _ in range(DRAWS))
        print(f"{name} lost under compare: "
              f"{lost(rounds, figure, lambda turns: turns):+.1%} "
              f"({draws[DRAWS // 40]:+.1%} to {draws[-DRAWS // 40]:+.1%})")
    print(f"used of a core to watch a program: {share_of_a_core(options):.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
