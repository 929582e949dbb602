#!/usr/bin/env python3
"""object.py - the object pool beside other pools and mallocs, 64-byte objects.

    object.py [--build build/bench] [--rounds 9]
              [--questions churn ring scaling]

In a round every peer has its turn; a row is the median of the rounds. scaling
asks whether threads hinder each other, in rounds of its own. Writes
bench/results/object_churn.csv, object_ring.csv and object_scaling.csv and prints
the tables.
"""
# SPDX-License-Identifier: MIT
import argparse
import csv
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


def churn(build, rounds, mallocs):
    peers = with_mallocs(DOORS, mallocs)
    program = driver.program(build, "bench_object_churn")
    table("object_churn", "ns for an acquire with its release, one thread",
          peers, PATTERNS, measure(
              rounds, peers, PATTERNS,
              lambda door, case: [program, "--door", door, "--pattern", case]))


def ring(build, rounds, mallocs):
    peers = with_mallocs(RINGS, mallocs)
    program = driver.program(build, "bench_heap_ring")
    table("object_ring", "ns for an object from one thread to another", peers,
          ["ring"], measure(rounds, peers, ["ring"],
                            lambda door, _: [program, "--allocator", door]))


def scaling(build, *_):
    text = driver.run([driver.program(build, "bench_object_scaling")]).stdout
    header, *rows = csv.reader(text.splitlines())
    driver.write_results("object_scaling", header, rows)
    print("\nall threads, over bare free lists, one for each")
    driver.print_table(header, rows)


QUESTIONS = {"churn": churn, "ring": ring, "scaling": scaling}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--questions", nargs="*", choices=list(QUESTIONS),
                        default=list(QUESTIONS))
    given = parser.parse_args()
    mallocs = [(name, "malloc", path) for name, path in driver.mallocs()]
    for question in given.questions:
        QUESTIONS[question](given.build, given.rounds, mallocs)


if __name__ == "__main__":
    main()
