#!/usr/bin/env python3
"""ask.py - do ends cost time in blocks, and do threads hinder each other?

    ask.py [--build build/bench] [--questions lifetime scaling] [--threads N]

Threads can only be judged while the machine gives them processors: a round
counts where the raw loop scales before it and after it. The raw loop's own row
among the answers tells how exact they are. Writes bench/results/lifetime.csv
and bench/results/scaling.csv and prints tables.
"""
# SPDX-License-Identifier: MIT
import argparse
import csv
import os

import driver


def lifetime(build, _):
    text = driver.run([driver.program(build, "bench_lifetime")]).stdout
    header, *rows = csv.reader(text.splitlines())
    fewest = {tuple(row[:2]): float(row[-1]) for row in reversed(rows)}
    rows = [[*row, f"{float(row[-1]) / fewest[tuple(row[:2])]:.2f}"]
            for row in rows]
    header = [*header, "of the fewest blocks"]
    driver.write_results("lifetime", header, rows)
    driver.print_table(header, rows)


def scaling(build, threads):
    text = driver.run([driver.program(build, "bench_scaling"), "--threads",
                       threads]).stdout
    header, *rows = csv.reader(text.splitlines())
    driver.write_results("scaling", header, rows)
    driver.print_table(header, rows)
    if not any(int(row[-1]) for row in rows):
        print("void: the raw loop never scaled, so the machine was not free")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--questions", nargs="*",
                        choices=["lifetime", "scaling"],
                        default=["lifetime", "scaling"])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    given = parser.parse_args()
    for question in given.questions:
        {"lifetime": lifetime, "scaling": scaling}[question](given.build,
                                                             given.threads)


if __name__ == "__main__":
    main()
