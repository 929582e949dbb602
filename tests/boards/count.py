#!/usr/bin/env python3
"""count.py - instructions of calls on a Cortex-M3, and that they do not rise.

    tests/boards/count.py [--write] PROGRAM.elf...

Has QEMU count (boards/run --count) and compares what the programs print with
instructions.txt beside this file. Exit status 1: a most or a mean rose, or the
most of a heap grew with its size by more than a doubling below 64 KiB adds, or
a kept row of a program was not printed.
What fell is told; --write keeps what is now.
"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
KEPT = HERE / 'instructions.txt'
HEAD = """\
# Instructions of calls on a Cortex-M3, g++ 12 -O2, under QEMU: the most and the
# mean, in heaps of so many KiB. Written and kept by tests/boards/count.py.

"""
NAMES = ('allocate, most', 'allocate, mean', 'deallocate, most',
         'deallocate, mean', 'refused, most', 'refused, mean')
TITLES = (f"{'':18} {'':>4} {'allocate':>10} {'deallocate':>12} {'refused':>10}\n"
          f"{'':18} {'KiB':>4} {'most mean':>10} {'most mean':>12} "
          f"{'most mean':>10}\n")


def parse(text):
    """(pool, KiB) -> six numbers"""
    rows = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 8 and words[2].isdigit():
            rows[words[0], words[1]] = [int(word) for word in words[2:]]
    return rows


def count(program):
    run = HERE.parent.parent / 'boards/run'
    done = subprocess.run([run, '--count', 'cortex-m3', program],
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f'{program}: exit status {done.returncode}: {done.stderr}')
    return parse(done.stderr)


def write(rows):
    text = HEAD + ''.join('# ' + line[2:] + '\n'
                          for line in TITLES.splitlines())
    for (pool, size), n in rows.items():
        text += (f'{pool:18} {size:>4} {n[0]:>5} {n[1]:>4} {n[2]:>7} {n[3]:>4} '
                 f'{n[4]:>5} {n[5]:>4}\n')
    KEPT.write_text(text)


def compare(now, kept):
    """Lines about what rose, and about what fell."""
    rose, fell = [], []
    for row, numbers in now.items():
        if row not in kept:
            rose.append(f'{" ".join(row)} is not in {KEPT.name}')
            continue
        for name, new, old in zip(NAMES, numbers, kept[row]):
            if new != old:
                (rose if new > old else fell).append(
                    f'{" ".join(row)} KiB, {name}: {old} -> {new}')
    return rose, fell


def is_printed_by(row, programs):
    """count_FIT prints the rows of its fit, count_pools those of no size."""
    name = 'pools' if row[1] == '-' else row[0]
    return any(pathlib.Path(program).stem == f'count_{name}'
               for program in programs)


def grows_too_much(now):
    """Two doublings, from 64 to 256 KiB, beside the three before."""
    for pool in {pool for pool, size in now if size == '64'}:
        for column in (0, 2):
            small, middle, large = (now[pool, size][column]
                                    for size in ('8', '64', '256'))
            if 3 * (large - middle) > 2 * (middle - small) + 3:
                yield (f'{pool}, {NAMES[column]}: {small}, {middle}, {large} '
                       'grows by more than the logarithm of the size')


def main(arguments):
    programs = [each for each in arguments if each != '--write']
    if not programs:
        sys.exit(__doc__)
    now = {}
    for program in programs:
        now.update(count(program))
    kept = parse(KEPT.read_text()) if KEPT.exists() else {}
    lost = [row for row in kept
            if row not in now and is_printed_by(row, programs)]
    if '--write' in arguments:
        write({row: n for row, n in {**kept, **now}.items() if row not in lost})
        return 0
    rose, fell = compare(now, kept)
    rose += [f'{" ".join(row)} was not printed' for row in lost]
    rose += grows_too_much(now)
    print(f'{len(now)} rows counted')
    for line in rose:
        print('rose:', line)
    for line in fell:
        print('fell:', line)
    if rose or fell:
        print('tests/boards/count.py --write '
              'build/embedded-cortex-m3/tests/boards/count_*.elf keeps what is '
              'now, where that is meant')
    return 1 if rose or not now else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
