#!/usr/bin/env python3
"""stress.py - the programs of bench/stress under tarn's malloc and others.

    stress.py [--build build/bench] [--tools build/release] [--rounds 9]
              [--only NAME ...] [--allocator NAME=PATH ...]

Each asks for blocks in one way that is hard on a malloc; what it does stands in
the head of its source. Fifteen cases: those whose names end in 1 or N run in one
thread and in one for each processor. In each round every case runs once under
every malloc, in an order drawn anew. The work is fixed: time is the wall's, on a
free machine, beside it that of the processors; memory is peak RSS. Writes
bench/results/stress.csv; prints the medians over those of glibc, and the
geometric means of tarn's over each peer's.
"""
# SPDX-License-Identifier: MIT
import argparse
import os
from pathlib import Path

import driver
import programs

N = os.cpu_count()

# name: program and arguments
CASES = {
    "toggled-places1": ["toggled_places"],
    "toggled-placesN": ["toggled_places", "--threads", N],
    "n-body": ["n_body"],
    "given-lines1": ["shared_lines", "--given", 1],
    "given-linesN": ["shared_lines", "--given", 1, "--threads", N],
    "shared-lines1": ["shared_lines"],
    "shared-linesN": ["shared_lines", "--threads", N],
    "factor": ["factor"],
    "cubes": ["cubes"],
    "rows-of-blocks": ["rows_of_blocks"],
    "small-oftenN": ["small_often", "--threads", N],
    "handed-downN": ["handed_down", "--threads", N],
    "large-blocks": ["large_blocks"],
    "migratingN": ["migrating", "--threads", N],
    "one-wayN": ["one_way", "--pairs", N],
}


def cases(build, only):
    found = {}
    for name, (program, *arguments) in CASES.items():
        if only and name not in only:
            continue
        path = driver.program(build, f"stress/bench_stress_{program}")
        found[name] = [str(path), program, *map(str, arguments)]
    return found


def report(found, mallocs, medians):
    header = ["case", "malloc", "seconds", "of processors", "MiB",
              "time / glibc", "processors / glibc", "RSS / glibc"]
    rows = []
    for name in found:
        base = medians[name, "glibc"]
        for malloc in mallocs:
            wall, spent, memory = medians[name, malloc.name]
            over = [value / of for value, of in
                    zip(medians[name, malloc.name], base)]
            rows.append([name, malloc.name, f"{wall:.3f}", f"{spent:.3f}",
                         f"{memory / (1 << 20):.1f}",
                         *(f"{ratio:.3f}" for ratio in over)])
    driver.print_table(header, rows)
    driver.write_results("stress", header, rows)
    print()
    programs.print_means(found, mallocs, medians,
                         {"time": 0, "processors": 1, "RSS": 2})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--tools", default="build/release")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--allocator", nargs="*", default=[])
    given = parser.parse_args()
    launcher = str(Path(given.tools).resolve() / "tools" / "tarn-launch")
    found = cases(given.build, given.only)
    mallocs = programs.mallocs(given.tools, given.allocator)
    report(found, mallocs,
           programs.measure(launcher, found, mallocs, given.rounds))


if __name__ == "__main__":
    main()
