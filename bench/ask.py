#!/usr/bin/env python3
"""ask.py - do ends cost time in blocks, and do threads hinder each other?

    ask.py [--build build/bench] [--questions lifetime scaling] [--tries 10]
           [--threads N]

Two threads can only be judged on a machine that has two processors to give: a
try counts where the raw loop reaches 1.8 of 2 (or as much of N), and the table
is the median of those that count. Writes bench/results/lifetime.csv and
bench/results/scaling.csv and prints tables.
"""
# SPDX-License-Identifier: MIT
import argparse
import csv
import os
import statistics
from collections import defaultdict

import driver

ENOUGH = 0.9  # of the number of threads


def lifetime(build, _):
    text = driver.run([driver.program(build, "bench_lifetime")]).stdout
    header, *rows = csv.reader(text.splitlines())
    fewest = {row[0]: float(row[3]) for row in reversed(rows)}
    rows = [[*row, f"{float(row[3]) / fewest[row[0]]:.2f}"] for row in rows]
    header = [*header, "of the fewest blocks"]
    driver.write_results("lifetime", header, rows)
    driver.print_table(header, rows)


def one_try(build, threads):
    """{(peer, threads): scaling} of one run."""
    text = driver.run([driver.program(build, "bench_scaling"), "--threads",
                       threads, "--rounds", 3, "--milliseconds", 10]).stdout
    return {(row["peer"], int(row["threads"])): float(row["scaling"])
            for row in csv.DictReader(text.splitlines())}


def scaling(build, given):
    taken = defaultdict(list)
    counted = defaultdict(int)
    for _ in range(given.tries):
        found = one_try(build, given.threads)
        for (peer, threads), value in found.items():
            if found[driver.FLOOR, threads] >= ENOUGH * threads:
                taken[peer, threads].append(value)
                counted[threads] += peer == driver.FLOOR
    rows = []
    for (peer, threads), values in taken.items():
        if threads == 1:
            continue
        middle = statistics.median(values)
        floor = statistics.median(taken[driver.FLOOR, threads])
        rows.append([peer, threads, f"{middle:.2f}", f"{middle / floor:.2f}",
                     counted[threads]])
    header = ["peer", "threads", "scaling", "of the raw loop's",
              "tries that count"]
    driver.write_results("scaling", header, rows)
    driver.print_table(header, rows)
    if not rows:
        print("void: the raw loop never scaled, so the machine was not free")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--questions", nargs="*",
                        choices=["lifetime", "scaling"],
                        default=["lifetime", "scaling"])
    parser.add_argument("--tries", type=int, default=10)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    given = parser.parse_args()
    for question in given.questions:
        {"lifetime": lifetime, "scaling": scaling}[question](given.build,
                                                             given)


if __name__ == "__main__":
    main()
