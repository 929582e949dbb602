#!/usr/bin/env python3
"""programs.py - real programs under the door: the same results, and who served.

    programs.py [--build build/release] [--only NAME ...] [--list]
                [--limit SECONDS] [--part N]

Each program runs three times on the same small input, in an empty folder: as
it is, under tarn's door, and under the door with a library before it that
counts the calls which it passes on. What the script of the program prints, and
its exit status, must be the same three times, every process must have been
served by tarn, and the count must not be zero. Programs that are not installed
are named with Debian's package.

With TARN_CHECK in the environment the second run is one under the checks. Its
faults are written to a folder of their own, wherever a process sends its errors,
and none must be there. What a check says that it goes on without is shown.
"""
# SPDX-License-Identifier: MIT
import argparse
import os
import re
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
# What a check says it goes on without, which is no output of the program.
DEGRADED = b"tarn: check: "
# A line, and those below it that begin with a blank.
REPORT = re.compile(r"(?m)^\S.*\n?(?:^ .*\n?)*")

# The file that tests/malloc/counted.cpp maps.
COUNTS = struct.Struct("=4Q")


class Way:
    """How a program gets its malloc."""

    def __init__(self, name, preload, check="off"):
        self.name = name
        self.preload = preload
        self.check = check


def ways(build, check="off"):
    door, counted = door_and(build, "counted")
    # Debian's redis links jemalloc: the C library is put before that. What
    # counts passes new[] on as new, which a check would tell.
    return [Way("glibc", "libc.so.6"), Way("tarn", str(door), check),
            Way("counted", f"{counted}:{door}")]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def without_checks(text):
    """The text without the lines of checks, and the set of those."""
    lines = text.splitlines(keepends=True)
    of_checks = {line.decode(errors="replace").strip() for line in lines
                 if line.startswith(DEGRADED)}
    return (b"".join(line for line in lines if not line.startswith(DEGRADED)),
            of_checks)


class Run:
    """What a script printed, how it ended, and what was counted and reported."""

    def __init__(self, program, way, limit=LIMIT, part=1):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            counts = folder / "counts"
            counts.write_bytes(bytes(COUNTS.size))
            work = folder / "work"
            work.mkdir()
            reports = folder / "reports"
            reports.mkdir()
            # Of servers that have become somebody else, too.
            folder.chmod(0o755)
            reports.chmod(0o777)
            environment = {
                **os.environ, "LC_ALL": "C.UTF-8", "HOME": str(work),
                "PRELOAD": way.preload, "TARN_COUNTS": str(counts),
                "TARN_CHECK": f"{way.check},report={reports}/%p",
                "INPUTS": str(ROOT / "bench/inputs"), "PART": str(part),
                "PORT": str(free_port()), "PYTHONMALLOC": "malloc",
                "SOURCE_DATE_EPOCH": "1700000000"}
            began = time.monotonic()
            process = subprocess.Popen(
                ["sh", "-euc", PROLOGUE + program.script], cwd=work,
                env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                start_new_session=True)
            try:
                output, self.errors = process.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                output, self.errors = process.communicate()
            self.seconds = time.monotonic() - began
            self.status = process.returncode
            self.programs, self.strangers, self.allocations, self.frees = \
                COUNTS.unpack(counts.read_bytes()[:COUNTS.size])
            # Of a process and its forks, one after the other.
            self.reports = [one for told in sorted(reports.iterdir())
                            for one in REPORT.findall(
                                told.read_text(errors="replace"))]
            self.output, self.degraded = without_checks(output)
            for log in [self.errors, *(one.read_bytes()
                                       for one in work.glob("log*")
                                       if one.is_file())]:
                self.degraded |= without_checks(log)[1]

    def is_like(self, other):
        return (self.output, self.status) == (other.output, other.status)


def run_all(program, all_ways, limit=LIMIT, part=1):
    return [Run(program, way, limit, part) for way in all_ways]


def is_known(program, report):
    return program.known is not None and re.match(program.known, report)


def fault(program, runs):
    """What is wrong with the three, or an empty text."""
    as_it_is, served, counted = runs
    if as_it_is.status != 0:
        return f"fails on glibc: {as_it_is.errors.decode()[-300:]}"
    for run in (served, counted):
        wrong = [one for one in run.reports if not is_known(program, one)]
        if wrong:
            return f"{len(wrong)} reports: {wrong[0]}"
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
    parser.add_argument("--limit", type=int, default=LIMIT,
                        help="seconds for a run")
    parser.add_argument("--part", type=int, default=1,
                        help="do an Nth of the work, as for full,page")
    given = parser.parse_args()
    if given.list:
        print(*PROGRAMS, sep="\n")
        return
    all_ways = ways(given.build, os.environ.get("TARN_CHECK") or "off")
    print(f"{'program':12} {'processes':>9} {'allocations':>12} {'frees':>12}"
          f" {'glibc s':>8} {'tarn s':>8}  result")
    bad = False
    for name, program in PROGRAMS.items():
        if given.only and name not in given.only or \
                not is_there(name, program):
            continue
        runs = run_all(program, all_ways, given.limit, given.part)
        said = fault(program, runs)
        known = [f"its own: {one.splitlines()[0]}" for one in runs[1].reports
                 if is_known(program, one)]
        bad = bad or said != ""
        counted = runs[2]
        print(f"{name:12} {counted.programs:9} {counted.allocations:12,} "
              f"{counted.frees:12,} {runs[0].seconds:8.2f} "
              f"{runs[1].seconds:8.2f}  {said or 'the same'}", flush=True)
        for line in sorted(runs[1].degraded) + known:
            print(f"    {line}", flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
