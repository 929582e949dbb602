#!/usr/bin/env python3
"""programs.py - real programs under tarn's malloc and others: time and memory.

    programs.py [--tools build/release] [--rounds 9] [--only NAME ...]
                [--allocator NAME=PATH ...]

Programs that are not installed are named and left out; what they work on lies
in bench/inputs. In each round every program runs once under every malloc, in an
order drawn anew. Time is user and system time of the program, memory its peak
RSS, as tarn-launch tells them. Writes bench/results/programs.csv; prints the
medians over those of glibc, and the geometric means of tarn's over each peer's.
"""
# SPDX-License-Identifier: MIT
import argparse
import math
import os
import random
import shutil
import statistics
import subprocess
from collections import defaultdict
from pathlib import Path

import driver

INPUTS = driver.ROOT / "bench" / "inputs"

# name: (package, words); {} is the folder of inputs.
PROGRAMS = {
    "python3": ("python3", ["/usr/bin/python3", "{}/objects.py"]),
    "perl": ("perl", ["perl", "{}/words.pl"]),
    "lua": ("lua5.4", ["lua5.4", "{}/tables.lua"]),
    "sqlite3": ("sqlite3", ["sqlite3", ":memory:", ".read {}/rows.sql"]),
    "clang": ("clang", ["clang++", "-std=c++20", "-fsyntax-only",
                        "{}/templates.cpp"]),
    "cc1plus": ("g++", ["g++", "-std=c++20", "-fsyntax-only",
                        "{}/templates.cpp"]),
    "gs": ("ghostscript", ["gs", "-q", "-dNOPAUSE", "-dBATCH",
                           "-sDEVICE=pnggray", "-r150",
                           "-sOutputFile=/dev/null", "{}/page.ps"]),
    "z3": ("z3", ["z3", "{}/puzzle.smt2"]),
    "db_bench": ("rocksdb-tools",
                 ["db_bench", "--benchmarks=fillrandom,readrandom",
                  "--num=150000", "--threads=1", "--db=/tmp/tarn-db-bench",
                  "--seed=7", "--compression_type=none"]),
}
# Shown, but in no mean: its own bar is clang's.
BESIDE = ["cc1plus"]


class Malloc:
    def __init__(self, name, preload=""):
        self.name = name
        self.preload = preload


def mallocs(tools, more):
    found = [Malloc("tarn", driver.door(tools)), Malloc("glibc")]
    for name, path in driver.mallocs():
        found.append(Malloc(name, path))
    for given in more:
        name, _, path = given.partition("=")
        if not path:
            driver.stop(f"--allocator {given}: say NAME=PATH")
        found.append(Malloc(name, path))
    return found


def programs(only):
    found = {}
    for name, (package, words) in PROGRAMS.items():
        if only and name not in only:
            continue
        path = shutil.which(words[0])
        if path is None:
            driver.say(f"without {name}: {package} is not installed")
            continue
        found[name] = [path, *(word.format(INPUTS) for word in words)]
    return found


def run(launcher, malloc, words):
    """Seconds by the wall, seconds of processors, and bytes."""
    environment = dict(os.environ, PYTHONMALLOC="malloc", LC_ALL="C")
    read, write = os.pipe()
    # It speaks on descriptor 3.
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec 3>&{write}; exec \"$@\"", "sh", launcher,
         malloc.preload, *words], env=environment, pass_fds=[write],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    os.close(write)
    errors = process.communicate()[1]
    with os.fdopen(read) as said:
        lines = [line.split() for line in said]
    end = next((line for line in lines if line[0] == "end"), None)
    if end is None or end[1] != "0":
        driver.stop(f"{' '.join(words)} under {malloc.name} failed: "
                    f"{errors.decode()[-300:]}")
    return (int(end[2]) / 1e9, (int(end[3]) + int(end[4])) / 1e6,
            int(end[5]) * 1024)


def measure(launcher, found, all_mallocs, rounds):
    taken = defaultdict(list)
    for turn in range(rounds):
        driver.say(f"round {turn + 1} of {rounds}")
        for name, words in found.items():
            order = list(all_mallocs)
            random.shuffle(order)
            for malloc in order:
                taken[name, malloc.name].append(run(launcher, malloc, words))
    return {key: [statistics.median(column) for column in zip(*values)]
            for key, values in taken.items()}


def geomean(ratios):
    ratios = list(ratios)
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else 0


def report(found, all_mallocs, medians):
    header = ["program", "malloc", "seconds", "MiB", "time / glibc",
              "RSS / glibc"]
    rows = []
    for name in found:
        base = medians[name, "glibc"]
        for malloc in all_mallocs:
            _, time, memory = medians[name, malloc.name]
            rows.append([name, malloc.name, f"{time:.3f}",
                         f"{memory / (1 << 20):.1f}", f"{time / base[1]:.3f}",
                         f"{memory / base[2]:.3f}"])
    driver.print_table(header, rows)
    driver.write_results("programs", header, rows)
    print()
    counted = [name for name in found if name not in BESIDE]
    print_means(counted, all_mallocs, medians, {"time": 1, "RSS": 2})


def print_means(names, all_mallocs, medians, figures):
    """Of tarn over each peer; figures: a title, and its place in medians."""
    means = []
    for malloc in all_mallocs[1:]:
        over = [geomean(medians[name, "tarn"][i] / medians[name, malloc.name][i]
                        for name in names) for i in figures.values()]
        means.append([malloc.name, *(f"{mean:.3f}" for mean in over)])
    driver.print_table(["tarn over", *figures], means)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tools", default="build/release")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--allocator", nargs="*", default=[])
    given = parser.parse_args()
    launcher = str(Path(given.tools).resolve() / "tools" / "tarn-launch")
    found = programs(given.only)
    all_mallocs = mallocs(given.tools, given.allocator)
    report(found, all_mallocs,
           measure(launcher, found, all_mallocs, given.rounds))


if __name__ == "__main__":
    main()
