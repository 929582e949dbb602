#!/usr/bin/env python3
"""count.py - instructions, exactly: they do not depend on the machine's mood.

    count.py [--build build/bench] [--only constant|create|direction|lifetime|
                                  request]

Needs valgrind (callgrind counts what runs inside tarn_bench_measured), objdump,
and strace. Writes bench/results/instructions_*.csv and prints the tables.
"""
# SPDX-License-Identifier: MIT
import argparse
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import driver

MEASURED = "tarn_bench_measured"


def callgrind(command, preload=None):
    """Instructions inside the measured function, and a list of (address,
    times) of the program's own."""
    with tempfile.NamedTemporaryFile(suffix=".callgrind") as out:
        done = driver.run(
            ["valgrind", "--tool=callgrind", "--dump-instr=yes",
             "--compress-pos=no", "--compress-strings=no",
             f"--callgrind-out-file={out.name}",
             f"--toggle-collect={MEASURED}", *command], preload)
        executed = list(addresses(Path(out.name).read_text(), command[0]))
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if counted is None:
        driver.stop(f"callgrind counted nothing: {done.stderr[-400:]}")
    return int(counted.group(1)), executed


def addresses(text, binary):
    """What callgrind wrote of one program: address and how often."""
    is_own = False
    is_call = False
    for line in text.splitlines():
        if line.startswith("ob="):
            is_own = line[3:] == str(binary)
        elif line.startswith("calls="):
            is_call = True
        elif line.startswith("0x") and is_call:
            is_call = False
        elif line.startswith("0x") and is_own:
            address, _, times = line.split()
            yield int(address, 16), int(times)


def count_requests(build, blocks, counted=500):
    def count(peer):
        number, _ = callgrind(peer.command(build, [
            "--blocks", blocks, "--requests", counted]), peer.preload)
        return peer.name, number / counted / blocks

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(count, driver.peers(build)))


def requests(build):
    sizes = [10, 100, 1000]
    table = {}
    for blocks in sizes:
        driver.say(f"counting requests of {blocks} blocks")
        table[blocks] = count_requests(build, blocks)
    names = sorted(table[100], key=table[100].get)
    rows = []
    for name in names:
        floor = table[100][driver.FLOOR]
        rows.append([name, *(f"{table[n][name]:.1f}" for n in sizes),
                     f"{table[100][name] / floor:.2f}",
                     f"{table[100][name] - floor:.1f}"])
    header = ["peer", "n=10", "n=100", "n=1000", "n=100 / floor",
              "n=100 - floor"]
    driver.write_results("instructions_request", header, rows)
    print("\nInstructions for a block of the request workload")
    driver.print_table(header, rows)


def disassembly(binary):
    """Address to text of each instruction."""
    text = driver.run(["objdump", "-d", "--no-show-raw-insn", binary]).stdout
    found = re.findall(r"^\s*([0-9a-f]+):\s+(.*)$", text, re.M)
    return {int(address, 16): instruction for address, instruction in found}


def system_calls(command):
    done = driver.run(["strace", "-f", "-c", "-o", "/dev/stderr", *command])
    total = re.search(r"^100\.00.*?(\d+)(?:\s+\d+)?\s+total$", done.stderr,
                      re.M)
    return int(total.group(1))


def is_locked(instruction):
    return instruction.startswith("lock ") or (
        instruction.startswith("xchg") and "(" in instruction)


def create(build):
    binary = driver.program(build, "bench_create")
    text = disassembly(binary)
    rows = []
    loop = None
    # The first lane is the loop around no region.
    for lane in driver.run([binary, "--list"]).stdout.splitlines():
        driver.say(f"counting regions by the lane: {lane}")
        command = [binary, "--lane", lane, "--regions"]
        few, _ = callgrind([*command, 1000])
        many, executed = callgrind([*command, 2000])
        locked = sum(times for address, times in executed
                     if is_locked(text.get(address, "")))
        calls = system_calls([*command, 100000]) - system_calls(
            [*command, 1000])
        own = (many - few) / 1000
        if loop is None:
            loop = own
            continue
        rows.append([lane, f"{own - loop:.1f}", f"{locked / 2000:.1f}", calls])
    header = ["lane", "instructions, without the loop's",
              "locked instructions", "system calls in 99000 regions"]
    driver.write_results("instructions_create", header, rows)
    print("\nCreate + one allocation + destroy")
    driver.print_table(header, rows)


def lifetime(build):
    binary = driver.program(build, "bench_lifetime")
    ends = 1000
    rows = []
    for size in [16, 64]:
        fewest = None
        for blocks in [10, 100, 1000]:
            number, _ = callgrind([binary, "--ends", ends, "--blocks", blocks,
                                   "--size", size])
            fewest = fewest or number
            rows.append([size, blocks, f"{number / ends:.1f}",
                         f"{number / fewest:.2f}"])
    header = ["block size", "blocks", "instructions", "of the fewest blocks"]
    driver.write_results("instructions_lifetime", header, rows)
    print("\nThe end of a region, chunks as they come by default")
    driver.print_table(header, rows)


def direction(build):
    binary = driver.program(build, "bench_direction")
    passes = 100
    counted = {}
    for line in driver.run([binary, "--list"]).stdout.splitlines():
        way, work = line.split(",")
        number, _ = callgrind([binary, "--way", way, "--work", work,
                               "--passes", passes])
        counted.setdefault(work, {})[way] = number / passes / 1000
    ways = list(counted["text"])
    rows = [[work, *(f"{numbers[way]:.1f}" for way in ways)]
            for work, numbers in counted.items()]
    driver.write_results("instructions_direction", ["work", *ways], rows)
    print("\nInstructions for a block, by the way that the pointer moves")
    driver.print_table(["work", *ways], rows)


def fast_path(text, function):
    """Instructions of the way through a function that takes no unlikely
    branch: those up to the first return."""
    body = text.split(f"<{function}>:", 1)[1].split("\n\n", 1)[0]
    count = 0
    for line in body.splitlines()[1:]:
        instruction = line.split("\t")[-1].strip()
        if instruction.startswith(("endbr", "nop", "xchg   %ax")):
            continue
        count += 1
        if instruction.startswith("ret"):
            return count
    driver.stop(f"{function} never returns")


def constant(_):
    source = driver.ROOT / "bench" / "constant.cpp"
    functions = re.findall(r"tarn_bench_\w+", source.read_text())
    rows = []
    for compiler in ["g++", "clang++"]:
        with tempfile.NamedTemporaryFile(suffix=".o") as out:
            try:
                driver.run([compiler, "-std=c++20", "-O2", "-DNDEBUG", "-c",
                            f"-I{driver.ROOT}/include", source, "-o", out.name])
            except FileNotFoundError:
                driver.say(f"without {compiler}: it is not installed")
                continue
            text = driver.run(["objdump", "-d", "--no-show-raw-insn",
                               out.name]).stdout
        version = subprocess.run([compiler, "--version"], text=True,
                                 capture_output=True).stdout.splitlines()[0]
        for function in functions:
            rows.append([version, function.removeprefix("tarn_bench_"),
                         fast_path(text, function)])
    header = ["compiler", "call", "instructions, the return among them"]
    driver.write_results("instructions_constant", header, rows)
    print("\nThe inline path, as a function")
    driver.print_table(header, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench")
    parts = {"constant": constant, "create": create, "direction": direction,
             "lifetime": lifetime, "request": requests}
    parser.add_argument("--only", choices=list(parts))
    given = parser.parse_args()
    for name, part in parts.items():
        if given.only in (None, name):
            part(given.build)


if __name__ == "__main__":
    main()
