#!/usr/bin/env python3
"""bugs.py PROGRAM DOCUMENT SOURCE - whether each bug is told as docs/bugs.md says.

Runs each `$ TARN_CHECK=... example_bugs NAME` of the document and asks that the
lines below it are printed, in their order, but for addresses, times, threads,
calls and dumps. Asks too that each bug of the program has its place there, and
that the code shown is the program's.
"""
import os
import pathlib
import re
import subprocess
import sys

RUN = re.compile(r'\$ TARN_CHECK=(\S+) example_bugs (\w+)')
PASSED_OVER = re.compile(r'    (#\d|0x)')


def masked(lines):
    told = [line for line in lines if not PASSED_OVER.match(line)]
    text = '\n'.join(told)
    text = re.sub(r'0x[0-9a-f]+', '0x..', text)
    text = re.sub(r'thread \d+', 'thread N', text)
    return re.sub(r'\d+ (ms|s) ago', 'N ago', text).splitlines()


def is_within(lines, all_lines):
    """Whether `lines` are some of `all_lines`, in their order."""
    rest = iter(all_lines)
    return all(line in rest for line in lines)


def printed(program, mode, bug):
    # Names of functions are the tarn command's to find.
    mode = mode.replace(',symbols', '')
    done = subprocess.run([program, bug], capture_output=True, text=True,
                          timeout=60, env=dict(os.environ, TARN_CHECK=mode))
    return (done.stdout + done.stderr).splitlines()


def blocks_of(document):
    return re.findall(r'^```(.*)\n((?:(?!```).*\n)*)```$', document, re.M)


def main(program, document, source):
    blocks = blocks_of(pathlib.Path(document).read_text())
    code = pathlib.Path(source).read_text()
    wrong = [f'not in {source}:\n{text}' for language, text in blocks
             if language == 'c++' and text not in code]
    shown = set()
    for _, text in blocks:
        run = RUN.match(text)
        if run is None:
            continue
        mode, bug = run.groups()
        shown.add(bug)
        got = masked(printed(program, mode, bug))
        if not is_within(masked(text.splitlines()[1:]), got):
            wrong.append(f'{bug} printed\n' + '\n'.join(got) + f'\nand not\n{text}')
    usage = subprocess.run([program], capture_output=True, text=True, timeout=60)
    bugs = set(re.findall(r'^  (\w+)$', usage.stdout, re.M))
    wrong += [f'{bug} is only in one of both' for bug in bugs ^ shown]
    print('\n'.join(wrong))
    return 1 if wrong or not shown else 0


if __name__ == '__main__':
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
