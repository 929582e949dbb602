#!/usr/bin/env python3
"""run.py SANITIZER INCLUDE STATIC [SHARED [DOOR]] - the ordinary library under
one, or, as `memcheck`, under Valgrind, with a C program in the malloc door.

Builds SANITIZER.cpp with each compiler that has it, against libtarn.a and, with
it given, libtarn.so, neither of which is instrumented, and runs each case: one
that is faulty must be told, with tarn's own words where there are some, and a
clean one must end with 0. Ends with 77 where no compiler has the sanitizer.
Memcheck goes on after what it tells, so one run has all cases, and each library
is run with the program of one compiler.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
CLEAN = None
POISONED = r"use-after-poison"
TOLD = r"tarn: .*region 'request'"
SEEN = r"use-after-poison[^$]*tarn: (read|write) of 0x[0-9a-f]+"

# Compiler options, names of the environment, and of each case what is told.
SANITIZERS = {
    "address": (["-fsanitize=address"], {
        "ASAN_OPTIONS": "detect_leaks=0:symbolize=0"}, {
        "inside": CLEAN,
        "wiped": CLEAN,
        "nowhere": r"SEGV on unknown address",
        "behind_in_a_buffer": POISONED,
        "not_looked_at": CLEAN,
        "life": CLEAN,
        "in_a_buffer": CLEAN,
        "behind": r"use-after-poison[^$]*" + TOLD,
        "before": r"use-after-poison[^$]*" + TOLD,
        "behind_large": r"use-after-poison[^$]*" + TOLD,
        "after_reset": r"use-after-poison[^$]*tarn: use after reset: "
                       r"0x[0-9a-f]+ lay in region 'request', reset \d+ ms",
        "after_rewind": r"use-after-poison[^$]*" + TOLD,
        "after_end": r"use-after-poison[^$]*tarn: use after [^$]*'request'",
        "after_deallocate": r"use-after-poison[^$]*" + TOLD,
        "heap_life": CLEAN,
        "heap_behind": SEEN + r": right behind 0x[0-9a-f]+ \(13 bytes, "
                       r"heap 'requests'\)\n  allocated by thread 0",
        "heap_before": SEEN + r": 1 byte before 0x[0-9a-f]+ \(13 bytes, heap",
        "heap_behind_large": SEEN + r": right behind 0x[0-9a-f]+ "
                             r"\(100001 bytes, heap",
        "heap_after_free": SEEN + r": 100 bytes into freed 0x[0-9a-f]+ "
                           r"\(200 bytes, heap[^$]*\n  freed by thread 0",
        "heap_after_free_large": SEEN + r": 10000 bytes into freed 0x",
        "heap_double_free": r"^tarn: fault: double free of 0x[0-9a-f]+: "
                            r"200-byte block of heap 'requests'\n",
        "objects_life": CLEAN,
        "objects_behind": SEEN + r": right behind 0x[0-9a-f]+ \(24 bytes, "
                          r"object pool 'connection'\)\n  allocated by",
        "objects_before": SEEN + r": 1 byte before 0x[0-9a-f]+ \(24 bytes, ob",
        "objects_after_release": SEEN + r": 3 bytes into freed 0x[0-9a-f]+ "
                                 r"[^$]*\n  freed by thread 0",
        "objects_after_end": r"use-after-poison[^$]*tarn: use of object pool "
                             r"'connection' after its end",
        "fixed_behind": SEEN + r": right behind 0x[0-9a-f]+ \(13 bytes, "
                        r"a fixed pool\)\n  allocated by thread 0",
        "fixed_before": SEEN + r": 1 byte before 0x[0-9a-f]+ \(13 bytes, a f",
        "fixed_after_free": SEEN + r": 100 bytes into freed 0x[0-9a-f]+ "
                            r"\(200 bytes, a fixed pool[^$]*\n"
                            r"  freed by thread 0",
        "fixed_grown": SEEN + r": right behind 0x[0-9a-f]+ \(40 bytes, a f",
        "fixed_used_again": SEEN + r": right behind 0x[0-9a-f]+ \(14 bytes",
        "fixed_double_free": r"^tarn: fault: 0x[0-9a-f]+ given to a fixed "
                             r"heap: it is free already",
        "fixed_life": CLEAN,
        "fixed_at_the_end": CLEAN,
        "slots_behind": SEEN + r": right behind 0x[0-9a-f]+ \(13 bytes, a f",
        "slots_after_free": SEEN + r": 3 bytes into freed 0x[0-9a-f]+ \(13 by",
    }),
    "leak": (["-fsanitize=leak"], {"LSAN_OPTIONS": "symbolize=0"}, {
        "held_by_region": CLEAN,
        "held_by_heap": CLEAN,
        "held_by_object": CLEAN,
        "held_by_object_that_waits": CLEAN,
        "held_by_fixed": CLEAN,
        "held_by_nobody": r"LeakSanitizer: detected memory leaks",
    }),
    "memory": (["-fsanitize=memory"], {}, {
        "written": CLEAN,
        "first_use": r"use-of-uninitialized-value[^$]*choose_by",
        "old_contents": r"use-of-uninitialized-value[^$]*choose_by",
        "heap_written": CLEAN,
        "heap_old_contents": r"use-of-uninitialized-value[^$]*choose_by",
        "object_kept": CLEAN,
        "object_anew": r"use-of-uninitialized-value[^$]*choose_by",
        "fixed_written": CLEAN,
        "fixed_old_contents": r"use-of-uninitialized-value[^$]*choose_by",
    }),
    "thread": (["-fsanitize=thread"], {}, {
        "user_in_time": CLEAN,
        "memory_goes_around": CLEAN,
        "late_user": r"data race[^$]*use_late",
        "blocks_go_around": CLEAN,
        "late_user_of_heap": r"data race[^$]*use_late",
        "late_user_of_object": r"data race[^$]*use_late",
        "fixed_blocks_go_around": CLEAN,
        "late_user_of_fixed": r"data race[^$]*use_late",
    }),
}
# The same programs, where the leaks are looked for by another sanitizer.
SANITIZERS["address_leak"] = (
    ["-fsanitize=address"], {"ASAN_OPTIONS": "symbolize=0"},
    SANITIZERS["leak"][2] | {
        "held_by_what_was_reset": r"LeakSanitizer: detected memory leaks"})

FREED = r"inside a block of size [\d,]+ free'd\n" \
    r"(==\d+==    .*\n)*?==\d+==    by .*{}[^$]*Block was alloc'd at" \
    r"[^$]*(block|object)_of"
BESIDE = r"Invalid write of size 1\n[^$]*write_at[^$]*" \
    r"{} a block of size {} alloc'd[^$]*(block|object)_of"
MEMCHECK = {
    "life": CLEAN,
    "in_a_buffer": CLEAN,
    "behind": BESIDE.format("0 bytes after", 13),
    "before": BESIDE.format("1 bytes before", 13),
    "behind_large": BESIDE.format("0 bytes after", "100,001"),
    "after_reset": FREED.format("after_reset"),
    "after_rewind": FREED.format("after_rewind"),
    "after_end": FREED.format("after_end"),
    "after_deallocate": FREED.format("after_deallocate"),
    "heap_life": CLEAN,
    "heap_behind": BESIDE.format("0 bytes after", 13),
    "heap_before": BESIDE.format("1 bytes before", 13),
    "heap_behind_large": BESIDE.format("0 bytes after", "100,001"),
    "heap_after_free": FREED.format("heap_after_free"),
    "heap_after_free_large": FREED.format("heap_after_free_large"),
    "heap_double_free": r"Invalid free[^$]*" +
                        FREED.format("heap_double_free") +
                        r"[^$]*\ntarn: fault: double free of 0x",
    "objects_life": CLEAN,
    "objects_behind": BESIDE.format("0 bytes after", 24),
    "objects_before": BESIDE.format("1 bytes before", 24),
    "objects_after_release": FREED.format("objects_after_release"),
    "objects_after_end": FREED.format("objects_after_end"),
    "fixed_behind": BESIDE.format("0 bytes after", 13),
    "fixed_before": BESIDE.format("1 bytes before", 13),
    "fixed_after_free": FREED.format("fixed_after_free"),
    "fixed_grown": BESIDE.format("0 bytes after", 40),
    "fixed_used_again": r"Invalid write of size 1\n[^$]*0 bytes after a "
                        r"recently re-allocated block of size 14 alloc'd",
    "fixed_life": CLEAN,
    "fixed_at_the_end": CLEAN,
    "slots_behind": BESIDE.format("0 bytes after", 13),
    "slots_after_free": FREED.format("slots_after_free"),
    "kept_region": CLEAN,
    "kept_objects": CLEAN,
    "fresh_region": r"depends on uninitialised[^$]*choose_by",
    "fresh_heap": r"depends on uninitialised[^$]*choose_by",
    "double_release": r"Invalid free[^$]*" + FREED.format("double_release") +
                      r"[^$]*\ntarn: fault: double free of 0x",
    "lost_object": CLEAN,
    "lost_in_heap": CLEAN,
    # Nothing else: of several one may be pointed to by what is left somewhere.
    "at_exit": r"^tarn: check: faults told: 2, repeats of them: 0\n"
               r"==\d+== [\d,]+ bytes in [678] blocks are definitely lost[^$]*"
               r"lost_object[^$]* bytes in [678] blocks are definitely lost"
               r"[^$]*lost_in_heap(.*\n){2}==\d+== \n$",
}


def has(compiler, options, folder):
    source = folder / "has.cpp"
    source.write_text("int main() { return 0; }\n")
    program = folder / "has"
    built = subprocess.run([compiler, *options, source, "-o", program],
                           capture_output=True)
    return built.returncode == 0 and subprocess.run(
        [program], capture_output=True).returncode == 0


def run(program, case, extra, *more):
    environment = {k: v for k, v in os.environ.items()
                   if k != "TARN_CHECK" and not k.endswith("SAN_OPTIONS")}
    return subprocess.run([program, case, *more], env=environment | extra,
                          capture_output=True, text=True, timeout=120)


def wrong(result, wanted):
    if wanted is CLEAN:
        return result.returncode != 0 or result.stderr != ""
    return result.returncode == 0 or not re.search(wanted, result.stderr)


def link(compiler, options, source, include, library, program):
    subprocess.run([compiler, "-std=c++20", "-O1", "-g1", *options, "-I",
                    include, source, library, "-pthread",
                    f"-Wl,-rpath,{pathlib.Path(library).parent}",
                    "-o", program], check=True)


def wrong_door(valgrind, door, folder):
    program = folder / "door"
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return 0
    subprocess.run([compiler, "-O1", HERE / "door.c", "-o", program],
                   check=True)
    result = run(valgrind, "-q", {"LD_PRELOAD": door}, "--leak-check=full",
                 program)
    if not wrong(result, CLEAN):
        return 0
    print(f"door: rc {result.returncode}\n{result.stderr}")
    return 1


def memcheck(include, libraries, folder):
    valgrind = shutil.which("valgrind")
    compilers = list(filter(shutil.which, ("g++", "clang++")))
    if valgrind is None or not compilers:
        return 77
    libraries, door = libraries[:2], libraries[2:]
    failed = wrong_door(valgrind, door[0], folder) if door else 0
    for i, library in enumerate(libraries):
        compiler = compilers[i % len(compilers)]
        link(compiler, [], HERE / "memcheck.cpp", include, library,
             folder / "program")
        result = run(valgrind, "-q", {}, "--leak-check=full",
                     folder / "program")
        parts = re.split(r"^case (\w+)\n", result.stderr, flags=re.M)
        told = dict(zip(parts[1::2], parts[2::2]))
        for case, wanted in MEMCHECK.items():
            text = told.get(case, "not there")
            is_right = (text == "" if wanted is CLEAN
                        else re.search(wanted, text))
            if not is_right:
                failed += 1
                print(f"{compiler}, {pathlib.Path(library).name}: {case}: "
                      f"wanted {wanted}\n{text}")
    print(f"memcheck: {len(libraries)} programs, {len(MEMCHECK)} cases, "
          f"{failed} failed")
    return 1 if failed else 0


def main():
    name, include, *libraries = sys.argv[1:]
    if name == "memcheck":
        with tempfile.TemporaryDirectory() as folder:
            return memcheck(include, libraries, pathlib.Path(folder))
    options, extra, cases = SANITIZERS[name]
    source = HERE / (name.rpartition("_")[2] + ".cpp")
    failed = built = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for compiler in filter(shutil.which, ("g++", "clang++")):
            if not has(compiler, options, folder):
                continue
            object_file = folder / "program.o"
            subprocess.run([compiler, "-std=c++20", "-O1", "-g1", *options,
                            "-I", include, "-c", source, "-o", object_file],
                           check=True)
            for library in libraries:
                program = folder / "program"
                subprocess.run(
                    [compiler, *options, object_file, library, "-pthread",
                     f"-Wl,-rpath,{pathlib.Path(library).parent}",
                     "-o", program], check=True)
                built += 1
                for case, wanted in cases.items():
                    result = run(program, case, extra)
                    if wrong(result, wanted):
                        failed += 1
                        print(f"{compiler}, {pathlib.Path(library).name}: "
                              f"{case}: rc {result.returncode}, wanted "
                              f"{wanted}\n{result.stderr}")
    if built == 0:
        return 77
    print(f"{name}: {built} programs, {len(cases)} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
