#!/usr/bin/env python3
"""heap.py - the heap beside other mallocs: time, single calls, memory.

    heap.py [--build build/bench] [--rounds 9] [--allocator NAME=PATH ...]
            [--questions churn ring calls day pace memory]

Peers are the C library's malloc, Debian's jemalloc, tcmalloc and mimalloc, and
whatever --allocator names: a shared library that is preloaded. Each
measurement is a process of its own; in a round every allocator has its turn; a
row is the median of the rounds. Writes bench/results/heap_*.csv and prints a
table for each case, its best peer first in what is asked.
"""
# SPDX-License-Identifier: MIT
import argparse
import statistics
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import driver

MIB = 1 << 20
TARN = "tarn::Heap"
DOOR = "tarn's malloc"

# (what is done, arguments)
CHURN = [
    ("random, 64 bytes", ["--sizes", 64, "--live", 10000]),
    ("random, 256 bytes", ["--sizes", 256, "--live", 10000]),
    ("random, mixed", ["--sizes", "mixed"]),
    ("random, mixed, 150 000 live", ["--sizes", "mixed", "--live", 150000]),
    ("batch, mixed", ["--pattern", "batch", "--sizes", "mixed"]),
    ("last in first out", ["--pattern", "lifo"]),
    ("first in first out", ["--pattern", "fifo"]),
    ("one at a time", ["--pattern", "pair"]),
]
TWO = [
    ("random, 64 bytes", ["--sizes", 64, "--live", 10000]),
    ("random, mixed", ["--sizes", "mixed"]),
    ("batch, mixed", ["--pattern", "batch", "--sizes", "mixed"]),
]
MEMORY = ["blocked", "free-only", "burst", "survivors", "sparse", "churn"]


class Allocator:
    def __init__(self, name, door, preload=None):
        self.name = name
        self.door = door
        self.preload = preload

    def run(self, build, program, *arguments):
        command = [driver.program(build, program), "--allocator", self.door,
                   *arguments]
        return driver.run(command, self.preload).stdout.strip()

    @property
    def is_peer(self):
        return self.door == "malloc"


def allocators(more):
    found = [Allocator(TARN, "tarn"), Allocator("glibc", "malloc")]
    for name, path in driver.mallocs():
        found.append(Allocator(name, "malloc", path))
    for given in more:
        name, _, path = given.partition("=")
        if not path:
            driver.stop(f"--allocator {given}: say NAME=PATH")
        found.append(Allocator(name, "malloc", path))
    return found


class Table:
    """Rounds of values for each case and allocator, lists of the same columns
    each time."""

    def __init__(self, name, columns, ranked_by):
        self.name = name
        self.columns = columns
        self.ranked_by = ranked_by
        self.taken = defaultdict(list)
        self.cases = []

    def add(self, case, allocator, values):
        if case not in self.cases:
            self.cases.append(case)
        self.taken[case, allocator.name].append(list(map(float, values)))

    def rows(self, case, found):
        rows = []
        for one in found:
            rounds = self.taken[case, one.name]
            if rounds:
                rows.append((one, [statistics.median(column)
                                   for column in zip(*rounds)]))
        rows.sort(key=lambda row: row[1][self.ranked_by])
        return rows

    def report(self, found):
        results = []
        for case in self.cases:
            rows = self.rows(case, found)
            best = min((values[self.ranked_by] for one, values in rows
                        if one.is_peer), default=0)
            shown = [[one.name, *(f"{value:.2f}" for value in values),
                      f"{values[self.ranked_by] / best:.2f}" if best else ""]
                     for one, values in rows]
            print(f"\n{self.name}: {case}")
            driver.print_table(["allocator", *self.columns, "/ best peer"],
                               shown)
            results += [[case, *row] for row in shown]
        driver.write_results(f"heap_{self.name}",
                             ["case", "allocator", *self.columns,
                              "of_best_peer"], results)


def rounds_of(name, rounds):
    for turn in range(rounds):
        driver.say(f"{name}: round {turn + 1} of {rounds}")
        yield turn


def churn(given, found):
    floor = Allocator("floor", "floor")
    table = Table("churn", ["ns by the wall", "ns of work"], 1)
    two = Table("threads", ["ns by the wall, two threads", "ns of work",
                            "times one thread's pace"], 1)
    for _ in rounds_of("churn", given.rounds):
        for case, arguments in CHURN:
            for one in [floor, *found]:
                table.add(case, one, one.run(given.build, "bench_heap_churn",
                                             *arguments).split(","))
        for case, arguments in TWO:
            for one in [floor, *found]:
                alone, pair = ([float(value) for value in one.run(
                    given.build, "bench_heap_churn", *arguments, "--threads",
                    threads).split(",")] for threads in (1, 2))
                two.add(case, one, [*pair, 2 * alone[0] / pair[0]])
    table.report([floor, *found])
    two.report([floor, *found])


def ring(given, found):
    floors = [Allocator("the ring alone", "ring"),
              Allocator("the ring, blocks that go round", "blocks")]
    table = Table("ring", ["ns"], 0)
    turns = Table("turns", ["ns to allocate", "to free", "both"], 2)
    for _ in rounds_of("ring", given.rounds):
        for case in ["64", "mixed"]:
            for one in [*floors, *found]:
                run = [given.build, "bench_heap_ring", "--sizes", case]
                table.add(case, one, [one.run(*run)])
                turns.add(case, one, one.run(*run, "--turns", 1000).split(","))
    table.report([*floors, *found])
    turns.report([*floors, *found])


def calls(given, found):
    nothing = Allocator("no call", "nothing")
    table = Table("calls", ["p50", "p90", "p99", "p99.9", "p99.99", "most"], 0)
    ways = [(one, one.name, []) for one in [nothing, *found]]
    ways.append((found[0], f"{TARN}, purged by maintain()",
                 ["--quiet-requests", 1]))
    ways.append((found[0], f"{TARN}, advised for huge pages",
                 ["--advised", 1]))
    listed = {}
    for _ in rounds_of("calls", given.rounds):
        for one, name, arguments in ways:
            listed[name] = Allocator(name, one.door, one.preload)
            text = one.run(given.build, "bench_heap_calls", "--operations",
                           given.operations, *arguments)
            for line in text.splitlines():
                call, *values = line.split(",")
                table.add(call, listed[name], values)
    table.report(list(listed.values()))


def day_of(text):
    """What the issue of a day is about, from its phases and its drain."""
    lines = [line.split(",") for line in text.splitlines()]
    phases = [list(map(float, line[1:])) for line in lines
              if line[0].isdigit()]
    after = {line[0]: float(line[3]) / MIB for line in lines
             if not line[0].isdigit()}
    ratios = [late / live for live, _, late, _ in phases]
    peak = max(early for _, early, _, _ in phases)
    return [statistics.mean(ratios), max(ratios),
            peak / max(live for live, _, _, _ in phases),
            after.get("2 s after the drain", 0),
            after.get("12 s after the drain", 0)]


def day(given, found):
    """Mostly asleep, so all of them live at the same time."""
    table = Table("day", ["mean resident / live", "worst", "peak / peak live",
                          "MiB 2 s after the drain", "12 s after"], 0)
    ways = [(one, one.name, []) for one in found]
    ways.append((found[0], f"{TARN}, advised for huge pages",
                 ["--advised", 1]))
    driver.say("day: 72 phases of two seconds")
    with ThreadPoolExecutor(len(ways)) as pool:
        texts = list(pool.map(lambda way: way[0].run(
            given.build, "bench_heap_day", *way[2]), ways))
    named = [Allocator(name, one.door) for one, name, _ in ways]
    for one, text in zip(named, texts):
        table.add("72 hours", one, day_of(text))
    table.report(named)


def pace(given, found):
    """The same operations without the light work, for their time."""
    table = Table("pace", ["ns an operation"], 0)
    for _ in rounds_of("pace", given.rounds):
        for one in found:
            text = one.run(given.build, "bench_heap_day", "--light-ms", 0)
            spent = [float(line.split(",")[4]) for line in text.splitlines()]
            table.add("72 hours", one, [statistics.mean(spent)])
    table.report(found)


def memory(given, found):
    """Rows as the program names them; medians of three."""
    taken = defaultdict(list)
    questions = [(name, ["--question", name]) for name in MEMORY]
    ways = [(one, one.name, []) for one in found]
    ways.append((found[0], f"{TARN}, advised for huge pages",
                 ["--advised", 1]))
    door = Allocator(DOOR, "malloc", driver.door(given.build))
    ways.append((door, DOOR, []))
    for _ in rounds_of("memory", 3):
        for question, arguments in questions:
            for one, name, more in ways:
                text = one.run(given.build, "bench_heap_memory", *arguments,
                               *more)
                note(taken, question, name, text)
        for one in [found[0], door]:
            note(taken, "burst, then idle", f"{one.name}, background thread",
                 one.run(given.build, "bench_heap_memory", "--question",
                         "burst", "--idle", 1))
        note(taken, "budget of 1 MiB", TARN,
             found[0].run(given.build, "bench_heap_memory", "--question",
                          "budget"))
    rows = [[*key, f"{statistics.median(values):.2f}"]
            for key, values in taken.items()]
    rows.sort(key=lambda row: row[:2])
    header = ["question", "what", "allocator", "value"]
    driver.write_results("heap_memory", header, rows)
    driver.print_table(header, rows)


def note(taken, question, name, text):
    for line in text.splitlines():
        what, value = line.split(",")
        taken[question, what, name].append(float(value))


QUESTIONS = {"churn": churn, "ring": ring, "calls": calls, "day": day,
             "pace": pace, "memory": memory}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--operations", type=int, default=10_000_000)
    parser.add_argument("--allocator", action="append", default=[],
                        metavar="NAME=PATH")
    parser.add_argument("--questions", nargs="*", choices=list(QUESTIONS),
                        default=list(QUESTIONS))
    given = parser.parse_args()
    found = allocators(given.allocator)
    for question in given.questions:
        QUESTIONS[question](given, found)


if __name__ == "__main__":
    main()
