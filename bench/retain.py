#!/usr/bin/env python3
"""retain.py - does memory come back, and stay while it is needed?

    retain.py [--build build/bench]
              [--questions burst idle steady day kept]

Runs bench_retention, a process for each question, judges what it saw, writes
bench/results/retention_*.csv and prints a table.
"""
# SPDX-License-Identifier: MIT
import argparse
import csv
import statistics

import driver

MIB = 1 << 20
RECENT = 2.0  # seconds that "recent" means

# Hours of the simulated day, each a second: bench/retention.cpp makes them.
LEVEL = (11, 17)  # level since 9, and every request's chunks are made
LATE = (15, 17)
FALL = (17, 22)
NIGHT = (22.5, 24)


class Line:
    def __init__(self, row):
        self.seconds, self.resident, self.held, self.faults = map(float, row)


def percentile_90(values):
    ordered = sorted(values)
    return ordered[int(0.9 * (len(ordered) - 1))]


def recent(lines, line):
    return [other.held for other in lines
            if line.seconds - RECENT <= other.seconds <= line.seconds]


def after_burst(lines):
    """Resident before, at the peak, and two seconds after the peak."""
    peak = max(range(len(lines)), key=lambda at: lines[at].held)
    before = lines[max(peak - 1, 0)].resident
    until = lines[peak].seconds + RECENT + 0.15
    last = [line for line in lines[peak:] if line.seconds <= until][-1]
    return [("MiB before", before / MIB), ("MiB at the peak",
            lines[peak].resident / MIB), ("MiB two seconds later",
            last.resident / MIB), ("later / before (reach <= 1.1)",
            last.resident / before), ("of the burst still there",
            (last.resident - before) / (lines[peak].resident - before))]


def steady(lines):
    first = lines[2].resident
    last = lines[-1].resident
    return [("MiB after the first twentieth", first / MIB),
            ("MiB after the last", last / MIB),
            ("growth in MiB (reach 0)", (last - first) / MIB),
            ("page faults a request, last twentieth", lines[-1].faults)]


def faults(lines, hours):
    return statistics.mean(line.faults for line in lines
                           if hours[0] <= line.seconds < hours[1])


def day(lines):
    base = lines[0].resident
    noon = max(lines, key=lambda line: line.held)
    end = lines[-1]
    night = (end.resident - base) / percentile_90(recent(lines, end))
    return [("MiB held at noon", noon.held / MIB),
            ("MiB resident at noon", noon.resident / MIB),
            ("MiB held in the night", end.held / MIB),
            ("MiB resident in the night", end.resident / MIB),
            ("page faults a request, level load, hours 11 to 17 (reach 0)",
             faults(lines, LEVEL)),
            ("page faults a request, level load, hours 15 to 17",
             faults(lines, LATE)),
            ("page faults a request, falling load", faults(lines, FALL)),
            ("page faults a request, level load at night (reach 0)",
             faults(lines, NIGHT)),
            ("resident, less the program, / recent p90 held in the night "
             "(reach <= 1.3)", night)]


def kept(lines):
    return [("page faults a request, level load, hours 11 to 17",
             faults(lines, LEVEL)),
            ("page faults a request, level load, hours 15 to 17",
             faults(lines, LATE)),
            ("page faults a request, falling load", faults(lines, FALL)),
            ("page faults a request, level load at night",
             faults(lines, NIGHT)),
            ("MiB resident in the night", lines[-1].resident / MIB)]


JUDGES = {"burst": after_burst, "idle": after_burst, "steady": steady,
          "day": day, "kept": kept}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--questions", nargs="*", choices=list(JUDGES),
                        default=list(JUDGES))
    given = parser.parse_args()
    binary = driver.program(given.build, "bench_retention")
    table = []
    for question in given.questions:
        driver.say(f"asking: {question}")
        text = driver.run([binary, "--question", question]).stdout
        header, *rows = csv.reader(text.splitlines())
        driver.write_results(f"retention_{question}", header, rows)
        table += [[question, what, f"{value:.3f}"]
                  for what, value in JUDGES[question](list(map(Line, rows)))]
    driver.write_results("retention", ["question", "what", "value"], table)
    driver.print_table(["question", "what", "value"], table)


if __name__ == "__main__":
    main()
