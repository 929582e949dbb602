#!/usr/bin/env python3
"""cpython.py - CPython's own test suite under glibc's malloc and under tarn's.

    cpython.py [--build build/release] [--work DIR] [--seconds N] [--limit N]
               [--only MODULE ...]
    cpython.py --work DIR --write

Wants Debian's libpython3.11-testsuite. Every module of the suite runs in a
process of its own under each malloc, one after the other, with
PYTHONMALLOC=malloc and without the suite's optional resources (network, sound,
large files). Where the two results differ both run again, twice at most, and
how often is kept beside the last. A witness beside the door tells of every
process that ended in an orderly way how many times the door refilled its bins.

Results are kept in DIR, so that the suite can be run in pieces: a call goes on
where the last one stopped, for --seconds. --write then makes the sets that are
committed, cpython-glibc.txt and cpython-tarn.txt, and tells what differs.
"""
# SPDX-License-Identifier: MIT
import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from pathlib import Path

from door import door_and

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PYTHON = "/usr/bin/python3.11"
MALLOCS = ["glibc", "tarn"]
OWN_MALLOC = {"rustc"}  # pip starts it, and it has jemalloc inside
RUNS = 3  # at most, of a module whose results differ

# What the suite says of a module, by what its summary has.
RESULTS = [("1 test OK", "passed"), ("1 test failed", "failed"),
           ("1 test skipped", "skipped"), ("1 test altered", "passed"),
           ("1 test run no tests", "no tests"), ("No tests ran", "no tests")]


def modules():
    done = subprocess.run([PYTHON, "-m", "test", "--list-tests"], text=True,
                          capture_output=True)
    if done.returncode != 0:
        sys.exit("libpython3.11-testsuite is not installed")
    return done.stdout.split()


def summary(text, cases):
    """One line: the module's result, its cases, and those that failed."""
    result = next((name for said, name in RESULTS if said in text), "died")
    bad = []
    run = skipped = 0
    if cases.exists() and cases.stat().st_size != 0:
        for case in xml.parse(cases).iter("testcase"):
            run += 1
            skipped += case.find("skipped") is not None
            if case.find("failure") is not None or \
                    case.find("error") is not None:
                # Subtests print their arguments, which may be addresses.
                bad.append(re.split(r"[\s(\[]", case.get("name"))[0])
    line = f"{result}, {run} cases, {skipped} of them skipped"
    return line + "".join(f", {name} failed" for name in sorted(set(bad)))


def served(path):
    """Processes and refills that the witness told of."""
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    words = [line.split(maxsplit=2) for line in lines]
    strangers = {name for said, _, name in words if said != "served"}
    if strangers - OWN_MALLOC:
        return f"tarn did not serve {', '.join(strangers)}", 0, 0
    return "", len(words), sum(int(refills) for _, refills, _ in words)


def run(module, preload, limit):
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        environment = dict(os.environ, PYTHONMALLOC="malloc",
                           LC_ALL="C.UTF-8", TARN_WITNESS=str(work / "served"))
        if preload:
            environment["LD_PRELOAD"] = preload
        with open(work / "said", "w+", errors="replace") as said:
            process = subprocess.Popen(
                [PYTHON, "-m", "test", "--junit-xml", work / "cases", module],
                env=environment, cwd=work, stdin=subprocess.DEVNULL,
                stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                process.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return f"did not end in {limit} s", (0, 0)
            said.seek(0)
            text = said.read()
        fault, processes, refills = served(work / "served")
        if preload and (fault or refills == 0):
            return fault or "nobody was served", (0, 0)
        return summary(text, work / "cases"), (processes, refills)


def both(module, preload, limit):
    for turn in range(1, RUNS + 1):
        found = [run(module, "" if name == "glibc" else preload, limit)
                 for name in MALLOCS]
        if found[0][0] == found[1][0]:
            break
    processes, refills = found[1][1]
    return turn, found[0][0], found[1][0], processes, refills


def known(work):
    """module -> (runs, under glibc, under tarn, processes, refills)."""
    path = work / "results"
    lines = path.read_text().splitlines() if path.exists() else []
    return {line.split("\t")[0]: line.split("\t")[1:] for line in lines}


def go_on(work, preload, given):
    end = time.monotonic() + given.seconds
    done = known(work)
    left = given.only or [name for name in modules() if name not in done]
    for count, module in enumerate(left):
        if time.monotonic() > end:
            print(f"{len(left) - count} modules are left")
            return
        row = both(module, preload, given.limit)
        with open(work / "results", "a") as results:
            print(module, *row, sep="\t", file=results)
        if row[1] != row[2]:
            print(f"{module}: {row[1]}\n  under tarn: {row[2]}", flush=True)
    print("all modules have run")


def write(work):
    done = known(work)
    if not done:
        sys.exit(f"{work} has no results")
    for place, name in enumerate(MALLOCS):
        with open(HERE / f"cpython-{name}.txt", "w") as file:
            for module, row in sorted(done.items()):
                print(f"{module}: {row[1 + place]}", file=file)
    for module, row in sorted(done.items()):
        if row[1] != row[2]:
            print(f"{module}: {row[1]}\n  under tarn: {row[2]}")
        elif row[0] != "1":
            print(f"{module}: the same in run {row[0]} only")
    processes, refills = (sum(int(row[i]) for row in done.values())
                          for i in (3, 4))
    ended = [row for row in done.values() if "did not end" not in row[1]]
    same = sum(row[1] == row[2] for row in ended)
    print(f"{same} of {len(done)} modules have the same result, "
          f"{len(done) - len(ended)} did not end in time; tarn served "
          f"{processes} processes and refilled its bins {refills} times")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=ROOT / "build/release")
    parser.add_argument("--work", default="/tmp/tarn-cpython")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--limit", type=int, default=300,
                        help="seconds that a module may take")
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    work = Path(given.work)
    work.mkdir(exist_ok=True)
    if given.write:
        write(work)
    else:
        # Whoever is started behind a shell's & ignores it; the suite asks.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        door, witness = door_and(given.build, "witness")
        go_on(work, f"{door}:{witness}", given)


if __name__ == "__main__":
    main()
