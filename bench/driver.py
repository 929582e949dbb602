"""driver.py - what the scripts beside it share: programs, peers, results."""
# SPDX-License-Identifier: MIT
import csv
import datetime
import os
import platform
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"

# How the raw loop calls itself: what all ratios are to.
FLOOR = "raw bump loop"
FLOORS = [FLOOR, "bump, cursor in memory", "bump with a limit"]

# Debian's packages, by the library that is loaded before the C library's.
MALLOCS = {
    "jemalloc": "libjemalloc.so.2",
    "tcmalloc": "libtcmalloc_minimal.so.4",
    "mimalloc": "libmimalloc.so.2",
}
MALLOC_PACKAGES = {
    "jemalloc": "libjemalloc2",
    "tcmalloc": "libtcmalloc-minimal4",
    "mimalloc": "libmimalloc2.0",
}


def stop(sentence):
    sys.exit(sentence)


def say(text):
    """Progress, apart from what the script prints."""
    print(text, file=sys.stderr, flush=True)


def program(build, name):
    path = (Path(build) / "bench" / name).resolve()
    if not path.exists():
        stop(f"{path} is not there: cmake --preset bench && "
             "cmake --build --preset bench")
    return path


def run(command, preload=None, **options):
    environment = dict(os.environ)
    if preload:
        environment["LD_PRELOAD"] = preload
    done = subprocess.run([str(part) for part in command], text=True,
                          capture_output=True, env=environment, **options)
    if done.returncode != 0:
        stop(f"{shlex.join(map(str, command))} failed "
             f"({done.returncode}): {done.stderr.strip()[-400:]}")
    return done


def library(name):
    """The path of a shared library that the loader knows, or None."""
    for line in run(["/sbin/ldconfig", "-p"]).stdout.splitlines():
        if line.split() and line.split()[0] == name:
            return line.split()[-1]
    return None


def mallocs():
    """(name, path) of those that are installed; the missing ones are named."""
    for name, file in MALLOCS.items():
        path = library(file)
        if path:
            yield name, path
        else:
            say(f"without {name}: {MALLOC_PACKAGES[name]} is not installed")


def door(build):
    """The path of the malloc door that was built there."""
    path = (Path(build) / "src/doors/malloc/libtarn-malloc.so.0").resolve()
    if not path.exists():
        stop(f"{path} is not there: build the target tarn_malloc in {build}")
    return str(path)


class Peer:
    """A row: a peer of bench_request, under a malloc of its own if need be."""

    def __init__(self, name, row=None, preload=None):
        self.name = name
        self.row = row or name
        self.preload = preload

    def command(self, build, arguments):
        return [program(build, "bench_request"), "--peer", self.row, *arguments]


def peers(build):
    """Those that can run here; the missing ones are named."""
    rows = run([program(build, "bench_request"), "--list"]).stdout.splitlines()
    found = [Peer(row) for row in rows if row != "malloc"]
    found.append(Peer("glibc malloc", "malloc"))
    for name, path in mallocs():
        found.append(Peer(f"{name} malloc", "malloc", path))
    return found


def machine():
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model}, {os.cpu_count()} processors, Linux {platform.release()}"


def commit():
    """What was measured, if the build is of this tree; results of earlier runs
    do not make it another one."""
    def ask(*words):
        done = subprocess.run(["git", "-C", ROOT, *words], text=True,
                              capture_output=True)
        return done.stdout.strip()
    changed = ask("status", "--porcelain", "--", ".", ":!bench/results")
    return (ask("describe", "--always") or "unknown") + (
        ", with changes" if changed else "")


def write_results(name, header, rows):
    """A table as CSV, below the command, the commit and the machine."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.csv"
    arguments = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    with path.open("w", newline="") as file:
        file.write(f"# command: python3 bench/{arguments}\n")
        file.write(f"# commit: {commit()}\n")
        file.write(f"# machine: {machine()}\n")
        file.write(f"# date: {datetime.date.today().isoformat()}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    say(f"wrote {path.relative_to(ROOT)}")


def print_table(header, rows):
    texts = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*texts)]
    for row in texts:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells))
