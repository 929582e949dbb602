#!/usr/bin/env python3
"""programs_test.py BUILD - programs.py finds what a program hides.

Each case is named by the sentence that it holds. BUILD has the malloc door and
the library that counts. Exit status 1: some do not hold.
"""
# SPDX-License-Identifier: MIT
import sys

from cases import case, run_cases
from programs import fault, run_all, ways
from scripts import Program

BUILD = sys.argv[1]

# A child that gives a block back `times` times, heard by nobody.
CHILD = """
under %s -IS -c '
import ctypes
malloc = ctypes.CDLL(None)
malloc.malloc.restype = ctypes.c_void_p
malloc.free.argtypes = [ctypes.c_void_p]
block = malloc.malloc(100)
for turn in range(%d):
    malloc.free(block)
' >/dev/null 2>&1 || true
echo done
"""


def said_of(script, check, known=None):
    program = Program("", [], script, known)
    return fault(program, run_all(program, ways(BUILD, check)))


def said_of_child(times, check):
    return said_of(CHILD % (sys.executable, times), check)


def demand(condition, said):
    if not condition:
        raise AssertionError(f"said: {said}")


@case("A double free is found in a child whose standard error is thrown away.")
def child():
    for check in ("full", "full,page"):
        said = said_of_child(2, check)
        demand("tarn: fault: double free" in said, said)


@case("It is found in a process without checks, too, by the malloc itself.")
def unchecked_child():
    said = said_of_child(2, "off")
    demand("it is free already" in said, said)


@case("Nothing is said of a child that gives its block back once.")
def clean():
    said = said_of_child(1, "full")
    demand(said == "", said)


@case("What a check goes on without is no output of the program.")
def degraded():
    line = 'case $PRELOAD in libc*) ;; *) echo "tarn: check: less" ;; esac\n'
    said = said_of(line + CHILD % (sys.executable, 1), "full")
    demand(said == "", said)


@case("A fault that is known of the program is none, another one is.")
def known():
    twice = CHILD % (sys.executable, 2)
    said = said_of(twice, "full",
                   "tarn: fault: (double free|.* is free already)")
    demand(said == "", said)
    said = said_of(twice, "full", "tarn: fault: overflow")
    demand("tarn: fault: double free" in said, said)


@case("Another output is told.")
def output():
    said = said_of("echo $PRELOAD\n", "off")
    demand("not b'libc.so.6" in said, said)


sys.exit(run_cases(sys.argv, 2))
