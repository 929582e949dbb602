#!/usr/bin/env python3
"""object.py - the object pool beside other pools and mallocs, 64-byte objects.

    object.py [--build build/bench] [--rounds 9]

In a round every peer has its turn; a row is the median of the rounds. Writes
bench/results/object_churn.csv and object_ring.csv and prints the tables.
"""
# SPDX-License-Identifier: MIT
import argparse
import statistics

import driver

PATTERNS = ["lifo", "fifo", "random", "pair"]
DOORS = [("bare free list", "list"), ("tarn::ObjectPool", "tarn"),
         ("the same, per processor", "tarn-cpu"),
         ("the same, costly constructor", "tarn-costly"),
         ("tarn::SteadyPool", "tarn-steady"), ("tarn::Heap", "heap"),
         ("foonathan node pool", "foonathan"),
         ("Boost.Pool, one thread", "boost"),
         ("Boost fast_pool_allocator", "boost-locked"),
         ("pmr::synchronized_pool", "pmr"), ("glibc", "malloc")]
RINGS = [("the ring alone", "ring"), ("blocks that are there", "blocks"),
         ("tarn::ObjectPool", "pool"),
         ("the same, per processor", "pool-cpu"), ("tarn::Heap", "tarn"),
         ("glibc", "malloc")]


def with_mallocs(doors, mallocs):
    return [(name, door, None) for name, door in doors] + mallocs


def measure(rounds, peers, cases, command):
    values = {}
    for number in range(rounds):
        driver.say(f"round {number + 1} of {rounds}")
        for case in cases:
            for name, door, preload in peers:
                out = driver.run(command(door, case), preload).stdout
                values.setdefault((name, case), []).append(float(out))
    return {key: statistics.median(all_) for key, all_ in values.items()}


def table(name, title, peers, cases, medians):
    floor = peers[0][0]
    rows = [[peer, *(f"{medians[peer, case]:.2f}" for case in cases),
             *(f"{medians[peer, case] / medians[floor, case]:.2f}"
               for case in cases)] for peer, _, _ in peers]
    header = ["peer", *cases, *(f"{case} / floor" for case in cases)]
    driver.write_results(name, header, rows)
    print(f"\n{title}")
    driver.print_table(header, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    churn = driver.program(given.build, "bench_object_churn")
    ring = driver.program(given.build, "bench_heap_ring")
    mallocs = [(name, "malloc", path) for name, path in driver.mallocs()]
    peers = with_mallocs(DOORS, mallocs)
    table("object_churn", "ns for an acquire with its release, one thread",
          peers, PATTERNS, measure(
              given.rounds, peers, PATTERNS,
              lambda door, case: [churn, "--door", door, "--pattern", case]))
    peers = with_mallocs(RINGS, mallocs)
    table("object_ring", "ns for an object from one thread to another", peers,
          ["ring"], measure(given.rounds, peers, ["ring"],
                            lambda door, _: [ring, "--allocator", door]))


if __name__ == "__main__":
    main()
