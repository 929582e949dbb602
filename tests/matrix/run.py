#!/usr/bin/env python3
"""run.py PROGRAM POOL MODE - runs a pool's cases in one mode.

contract.csv has a row a fault and pool: where it is done, and what each mode
promises. A and D are certain: the program must abort, and its first line must
be the row's. P is likely and - is not found: how the program ends is counted
and no more. Each case also runs clean, differing from the faulty program by the
fault alone: that must end with 0 and say nothing, in each mode and whatever the
promise. Certain cells that do not hold yet are in not_yet.txt, and one that
holds must not stand there: `run.py --not-yet PROGRAM...` prints what that file should
have. `--table` prints what docs/faults.md has, `--documented FILE` compares.
"""

import concurrent.futures
import csv
import os
import pathlib
import re
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
MODES = {"off": "off", "sampled": "sampled", "full": "full,leaks,escape=all",
         "page": "full,page,leaks,escape=all"}
CERTAIN = "AD"
WORDS = {"A": "always", "D": "certain", "P": "likely", "-": "no"}


def contract():
    with open(HERE / "contract.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def not_yet():
    lines = (HERE / "not_yet.txt").read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def run(program, row, place, mode, clean):
    """How it ended, and the first line of what it said."""
    environment = dict(os.environ, TARN_CHECK=MODES[mode])
    command = [program, row["pool"], row["fault"], place]
    try:
        ended = subprocess.run(command + ["--clean"] * clean, timeout=60,
                               env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, check=False)
    except subprocess.TimeoutExpired:
        return "hung", ""
    said = ended.stderr.decode(errors="replace").splitlines()
    return ended.returncode, said[0] if said else ""


def judge_faulty(row, mode, status, line):
    if status == -signal.SIGABRT and line.startswith("tarn: fault: "):
        if not row["line"] or re.search(row["line"], line):
            return "found"
        return "other words"
    if status == "hung":
        return "hung"
    return "silent" if status == 0 else "crashed"


def judge(program, case):
    row, place, mode, clean = case
    status, line = run(program, row, place, mode, clean)
    if clean:
        what = "silent" if status == 0 and not line else "flagged"
    else:
        what = judge_faulty(row, mode, status, line)
    return case, what, f"{status}: {line}"


def is_certain(row, mode):
    return row[mode] in CERTAIN


def problems_of(results, mode):
    listed = not_yet()
    problems = []
    for (row, place, _, clean), what, said in results:
        cell = f"{row['fault']} {row['pool']} {place} {mode}"
        if what == "hung":
            problems.append(f"{cell}: hung")
        elif clean:
            name = f"{cell} clean"
            held = what == "silent"
            if held == (name in listed):
                problems.append(f"{name}: {what}, {said}" if not held else
                                f"{name} holds: take it out of not_yet.txt")
        elif is_certain(row, mode):
            held = what == "found"
            if held and cell in listed:
                problems.append(f"{cell} holds: take it out of not_yet.txt")
            if not held and cell not in listed:
                problems.append(f"{cell}: {what}, {said}")
    return problems


def show(results, mode):
    print(f"{'fault':24}{'pool':12}{'place':8}{'promise':10}ended")
    counts = {}
    for (row, place, _, clean), what, _ in results:
        kind = "twin" if clean else row[mode]
        counts.setdefault(kind, []).append(what)
        if not clean:
            print(f"{row['fault']:24}{row['pool']:12}{place:8}"
                  f"{WORDS[row[mode]]:10}{what}")
    for kind, whats in sorted(counts.items()):
        ways = ", ".join(f"{whats.count(w)} {w}" for w in sorted(set(whats)))
        print(f"{WORDS.get(kind, kind)}: {len(whats)} cases, {ways}")


def table():
    """A line a fault, with what each pool is promised."""
    lines = ["| fault | pools | off | sampled | full | full,page |",
             "|---|---|---|---|---|---|"]
    alike = {}
    for row in contract():
        key = (row["fault"], *(row[mode] for mode in MODES))
        alike.setdefault(key, []).append(row["pool"].replace("_", " "))
    for (fault, *cells), pools in alike.items():
        words = " | ".join(WORDS[cell] for cell in cells)
        lines.append(f"| {fault.replace('_', ' ')} | {', '.join(pools)} | "
                     f"{words} |")
    twins = sum(len(row["places"].split()) for row in contract())
    lines.append("")
    lines.append(f"{twins} faulty programs and as many clean twins, in each "
                 "mode.")
    return "\n".join(lines)


def cases_of(pool, mode):
    return [(row, place, mode, clean) for row in contract()
            if row["pool"] == pool for place in row["places"].split()
            for clean in (False, True)]


def run_all(program, cases):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        return list(workers.map(lambda case: judge(program, case), cases))


def print_not_yet(programs):
    for program in programs:
        has = subprocess.run([program], stdout=subprocess.PIPE, check=True)
        pools = [line.split()[0] for line in has.stdout.decode().splitlines()]
        for pool in dict.fromkeys(pools):
            for mode in MODES:
                results = run_all(program, cases_of(pool, mode))
                for (row, place, _, clean), what, _ in results:
                    wanted = "silent" if clean else "found"
                    if what != wanted and (clean or is_certain(row, mode)):
                        print(f"{row['fault']} {pool} {place} {mode}" +
                              " clean" * clean)
    return 0


def check_documented(path):
    if table() in pathlib.Path(path).read_text(encoding="utf-8"):
        return 0
    print(f"{path} does not hold what run.py --table prints")
    return 1


def check(program, pool, mode):
    cases = cases_of(pool, mode)
    results = run_all(program, cases)
    show(results, mode)
    problems = problems_of(results, mode)
    for problem in problems:
        print(problem)
    return 1 if problems or not cases else 0


def main():
    if sys.argv[1] == "--table":
        print(table())
        return 0
    if sys.argv[1] == "--not-yet":
        return print_not_yet(sys.argv[2:])
    if sys.argv[1] == "--documented":
        return check_documented(sys.argv[2])
    return check(*sys.argv[1:4])


if __name__ == "__main__":
    sys.exit(main())
