#!/usr/bin/env python3
"""prove.py - the longest ways through the calls of pools, and that they stay.

    tools/prove.py [--write]

Builds tests/proofs/probes.cpp for each core, has longest_path.py go through its
functions, and compares with tests/proofs/lengths.txt. Exit status 1 where a call
got longer or shorter or is not bounded any more, or where an emulator met more
instructions (tests/boards/instructions.txt); --write keeps what is now.
"""
import difflib
import functools
import pathlib
import re
import sys
import tempfile

from disassembly import read_program
from embedded import Core, ROOT, in_parallel
from longest_path import Program, Told, Unbounded

PROOFS = ROOT / 'tests/proofs'
KEPT = PROOFS / 'lengths.txt'
MET = ROOT / 'tests/boards/instructions.txt'
TARGETS = (('cortex-m3', '-O2'), ('cortex-m3', '-Os'), ('cortex-m0', '-Os'),
           ('rv32', '-O2'))
# What told.txt calls `levels`, by KiB of a heap's buffer.
LEVELS = {8: 4, 64: 7, 256: 9}

HEAD = f"""\
# Instructions of the longest way through a call, by KiB of a heap's buffer,
# those that are refused left out; the same of every call, by the largest; bytes
# of the stack. Written and kept by tools/prove.py.

{'core':9} {'':3} {'call':28} {'8':>5} {'64':>5} {'256':>5} {'every':>6} {'stack':>6}
"""


def probes():
    """The functions to go through, in the order in which they are written, and
    those among them that have to be refused."""
    text = (PROOFS / 'probes.cpp').read_text()

    def calls_of(kind):
        return [f'{fit}_{call}'
                for fit in re.findall(rf'^PROBE_{kind}\((\w+)\)', text, re.M)
                for call in ('allocate', 'deallocate')]

    others = re.findall(r'^(?:void\*?|bool) (\w+)\(', text, re.M)
    classics = calls_of('CLASSIC')
    return [*calls_of('HEAP'), *others, *classics], classics


def build(core, optimised, folder):
    """The probes as a program, with the fixed room compiled as they are."""
    sources = [PROOFS / 'probes.cpp']
    if optimised != '-Os':  # the library is
        sources += sorted((ROOT / 'src/fixed').glob('*.cpp'))
    objects = in_parallel([functools.partial(core.compile, source, optimised,
                                             folder) for source in sources])
    return core.link(objects, folder / 'probes.elf',
                     [f'-u,{name}' for name in probes()[0]])


def prove(core, optimised, folder):
    """A line for each function."""
    code = read_program(core.tool('objdump'), build(core, optimised, folder))

    def told(levels, is_served):
        return Program(*code, Told(PROOFS / 'told.txt', {'levels': levels},
                                   is_served))

    served = [told(levels, True) for levels in LEVELS.values()]
    every = told(max(LEVELS.values()), False)
    names, classics = probes()
    for name in names:
        try:
            numbers = [*(program.length(name) for program in served),
                       every.length(name), every.stack(name)]
        except Unbounded as why:
            numbers = [' unbounded' if name in classics else str(why)]
        yield (f'{core.name:9} {optimised} {name:28}'
               + ''.join(f'{number:>6}' for number in numbers[:3])
               + ''.join(f'{number:>7}' for number in numbers[3:]))


def met_above(lines):
    """What an emulator met that is more than the same line of `lines` proves.
    Its rows are a pool, KiB, and the most and the mean of what is allocated, of
    what is deallocated, and of what is refused."""
    proven = {}
    for line in lines:
        core, optimised, call, *numbers = line.split()
        if (core, optimised) == TARGETS[0]:
            proven[call] = [int(number) if number.isdigit() else float('inf')
                            for number in numbers[:4]] * 4
    for row in MET.read_text().splitlines() if MET.exists() else ():
        pool, kib, *met = row.split()[:8] or ['#', '']
        if pool.startswith('#'):
            continue
        size = 0 if kib == '-' else list(LEVELS).index(int(kib))
        for call, most, column in (('allocate', met[0], size),
                                   ('deallocate', met[2], size),
                                   ('allocate', met[4], 3)):
            name = f'{pool}_{call}'
            if int(most) > proven.get(name, [0] * 4)[column]:
                yield f'{MET.relative_to(ROOT)}: {name} met {most}: {row}'


def main():
    with tempfile.TemporaryDirectory() as folder:
        lines = [line for core, optimised in TARGETS
                 for line in prove(Core(core), optimised, pathlib.Path(folder))]
    now = HEAD + '\n'.join(lines) + '\n'
    if sys.argv[1:] == ['--write']:
        KEPT.write_text(now)
    kept = KEPT.read_text() if KEPT.exists() else ''
    wrong = [*difflib.unified_diff(kept.splitlines(), now.splitlines(), 'kept',
                                   'now', n=0, lineterm='')]
    if wrong:
        wrong.append('tools/prove.py --write keeps what is now, if it is meant')
    wrong += [line for line in lines if 'UNBOUNDED' in line]
    wrong += met_above(lines)
    print('\n'.join(wrong), end='\n' if wrong else '')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.setrecursionlimit(100000)
    sys.exit(main())
