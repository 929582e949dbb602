#!/usr/bin/env python3
"""programs.py - real programs under the door: the same results, and who served.

    programs.py [--build build/release] [--only NAME ...] [--list]

Each program runs three times on the same small input, in an empty folder: as
it is, under tarn's door, and under the door with a library before it that
counts the calls which it passes on. What the script of the program prints, and
its exit status, must be the same three times, every process must have been
served by tarn, and the count must not be zero. Programs that are not installed
are named with Debian's package.

With TARN_CHECK in the environment the second run is one under the checks.
"""
# SPDX-License-Identifier: MIT
import argparse
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from door import door_and
from scripts import PROGRAMS, PROLOGUE

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT = 120  # seconds for a run

# The file that tests/malloc/counted.cpp maps.
COUNTS = struct.Struct("=4Q")


class Way:
    """How a program gets its malloc."""

    def __init__(self, name, preload):
        self.name = name
        self.preload = preload


def ways(build):
    door, counted = door_and(build, "counted")
    # Debian's redis links jemalloc: the C library is put before that.
    return [Way("glibc", "libc.so.6"), Way("tarn", str(door)),
            Way("counted", f"{counted}:{door}")]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Run:
    """What a script printed, how it ended, and what was counted."""

    def __init__(self, program, way):
        with tempfile.TemporaryDirectory() as folder:
            counts = Path(folder) / "counts"
            counts.write_bytes(bytes(COUNTS.size))
            work = Path(folder) / "work"
            work.mkdir()
            environment = {
                **os.environ, "LC_ALL": "C.UTF-8", "HOME": str(work),
                "PRELOAD": way.preload, "TARN_COUNTS": str(counts),
                "INPUTS": str(ROOT / "bench/inputs"),
                "PORT": str(free_port()), "PYTHONMALLOC": "malloc",
                "SOURCE_DATE_EPOCH": "1700000000"}
            # What counts passes new[] on as new, which a check would tell.
            if way.name == "counted":
                environment.pop("TARN_CHECK", None)
            began = time.monotonic()
            process = subprocess.Popen(
                ["sh", "-euc", PROLOGUE + program.script], cwd=work,
                env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                start_new_session=True)
            try:
                self.output, self.errors = process.communicate(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                self.output, self.errors = process.communicate()
            self.seconds = time.monotonic() - began
            self.status = process.returncode
            self.programs, self.strangers, self.allocations, self.frees = \
                COUNTS.unpack(counts.read_bytes()[:COUNTS.size])

    def is_like(self, other):
        return (self.output, self.status) == (other.output, other.status)


def fault(runs):
    """What is wrong with the three, or an empty text."""
    as_it_is, served, counted = runs
    if as_it_is.status != 0:
        return f"fails on glibc: {as_it_is.errors.decode()[-300:]}"
    for run in (served, counted):
        if not run.is_like(as_it_is):
            return (f"status {run.status}, output {run.output[-200:]}, not "
                    f"{as_it_is.output[-200:]}; {run.errors.decode()[-300:]}")
    if counted.strangers != 0 or counted.allocations == 0:
        return (f"of {counted.programs} processes {counted.strangers} were "
                "not served")
    return ""


def is_there(name, program):
    missing = [word for word in program.needs if shutil.which(word) is None]
    if missing:
        print(f"without {name}: {missing[0]} is not there; install "
              f"{program.packages}", flush=True)
    return not missing


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=ROOT / "build/release")
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    if given.list:
        print(*PROGRAMS, sep="\n")
        return
    all_ways = ways(given.build)
    print(f"{'program':12} {'processes':>9} {'allocations':>12} {'frees':>12}"
          f" {'glibc s':>8} {'tarn s':>8}  result")
    bad = False
    for name, program in PROGRAMS.items():
        if given.only and name not in given.only or \
                not is_there(name, program):
            continue
        runs = [Run(program, way) for way in all_ways]
        said = fault(runs)
        bad = bad or said != ""
        counted = runs[2]
        print(f"{name:12} {counted.programs:9} {counted.allocations:12,} "
              f"{counted.frees:12,} {runs[0].seconds:8.2f} "
              f"{runs[1].seconds:8.2f}  {said or 'the same'}", flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
