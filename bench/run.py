#!/usr/bin/env python3
"""run.py - the request workload in time: every peer, in turn, many rounds.

    run.py [--build build/bench] [--rounds 9] [--quick] [--peers WORD ...]

Each measurement is a process of its own. In a round every peer has its turn,
so that what disturbs the machine disturbs all of them; a row is the median of
the rounds, its spread half the distance between the quartiles. It is the time
that the threads worked; what they waited for each other is ask.py's question.
Writes bench/results/request.csv and prints a table for each case.
"""
# SPDX-License-Identifier: MIT
import argparse
import statistics
from collections import defaultdict

import driver

# (blocks, threads, what is written)
CASES = [(10, 1, "word"), (100, 1, "word"), (1000, 1, "word"),
         (100, 2, "word"), (10, 1, "all"), (100, 1, "all"), (1000, 1, "all")]


def measure(peer, build, case, milliseconds):
    blocks, threads, write = case
    done = driver.run(peer.command(build, [
        "--blocks", blocks, "--threads", threads, "--write", write,
        "--milliseconds", milliseconds, "--slices", 3]), peer.preload)
    work, _ = map(float, done.stdout.strip().split(",")[-2:])
    return work


def spread(values):
    if len(values) < 2:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4)
    return (high - low) / 2


def rows_of(case, names, taken):
    """Sorted by time: a row for each peer, ratios taken round by round."""
    rows = []
    for name in names:
        values = taken[name, case]
        ratios = [value / floor
                  for value, floor in zip(values, taken[driver.FLOOR, case])]
        rows.append((name, statistics.median(values), spread(values),
                     statistics.median(ratios)))
    return sorted(rows, key=lambda row: row[1])


def best_peer(rows):
    return min(row[1] for row in rows
               if row[0] not in driver.FLOORS and not row[0].startswith("tarn"))


def report(names, taken):
    results = []
    for case in CASES:
        blocks, threads, write = case
        rows = rows_of(case, names, taken)
        best = best_peer(rows)
        shown = [[name, f"{ns:.2f}", f"{around:.2f}", f"{ratio:.2f}",
                  f"{ns / best:.2f}"] for name, ns, around, ratio in rows]
        print(f"\n{blocks} blocks, {threads} thread"
              f"{'s' if threads > 1 else ''}, written: {write}")
        driver.print_table(["peer", "ns a block", "spread", "/ floor",
                            "/ best peer"], shown)
        results += [[blocks, threads, write, *row] for row in shown]
    driver.write_results("request", ["blocks", "threads", "written", "peer",
                                     "ns_per_block", "spread", "of_floor",
                                     "of_best_peer"], results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--milliseconds", type=int, default=6)
    parser.add_argument("--quick", action="store_true",
                        help="three rounds instead")
    parser.add_argument("--peers", nargs="*", default=[],
                        help="only those with one of these words, "
                             "and the floor")
    given = parser.parse_args()
    rounds = 3 if given.quick else given.rounds
    found = [peer for peer in driver.peers(given.build)
             if not given.peers or peer.name == driver.FLOOR
             or any(word in peer.name for word in given.peers)]
    taken = defaultdict(list)
    for turn in range(rounds):
        driver.say(f"round {turn + 1} of {rounds}: {len(found)} peers, "
                   f"{len(CASES)} cases")
        for case in CASES:
            for peer in found:
                taken[peer.name, case].append(
                    measure(peer, given.build, case, given.milliseconds))
    report([peer.name for peer in found], taken)


if __name__ == "__main__":
    main()
