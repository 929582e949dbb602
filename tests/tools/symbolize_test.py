#!/usr/bin/env python3
"""symbolize_test.py TARN STATIC SHARED - names in reports of faults.

STATIC and SHARED are one program with one fault, linked to tarn in either way.
Each case is named by the sentence that it holds. Exit status 1: some do not.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from cases import case, holds, run_cases

TARN, STATIC, SHARED = sys.argv[1:4]


def start(program, check, **more):
    return subprocess.run([program], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, TARN_CHECK=check, **more))


def symbolize(report, *words):
    return subprocess.run([TARN, 'symbolize', *words], input=report,
                          capture_output=True, text=True, timeout=60)


def frames_of(result, event):
    """The lines of a stack, from that of who did it on."""
    section = re.search(rf'^  {event}.*\n((?:    .*\n)*)', result, re.M)
    return section.group(1).splitlines() if section else []


def names_all(text):
    """Whether both stacks are named, an inlined function as well."""
    found = frames_of(text, 'found')
    allocated = frames_of(text, 'allocated')
    return (len(found) > 1 and len(allocated) > 1 and
            re.match(r'    #0 .*end_block.* at .*symbolize_subject.cpp:\d+',
                     found[0]) and
            re.match(r'    #1 main at .*symbolize_subject.cpp:\d+', found[1])
            and re.match(r'    #0 .*take.* at .*symbolize_subject.cpp:\d+, '
                         r'inlined into .*make_block.* at '
                         r'.*symbolize_subject.cpp:\d+', allocated[0]))


@case('A stack begins with who called tarn, in static and shared programs')
def stack_begins_with_caller():
    for program in STATIC, SHARED:
        told = start(program, 'full')
        named = symbolize(told.stderr)
        holds(named.returncode == 0 and names_all(named.stdout), named)


@case('All else of a report stays as it is')
def rest_stays():
    told = start(STATIC, 'full')
    named = symbolize(told.stderr)
    before = [line for line in told.stderr.splitlines() if '    #' not in line]
    after = [line for line in named.stdout.splitlines() if '    #' not in line]
    holds(before == after and named.stdout.endswith('\n'), named)
    plain = symbolize('#1 nothing\nlast')
    holds(plain.stdout == '#1 nothing\nlast', plain)


@case('How the C library began the program is left out, in JSON it stays')
def beginnings():
    named = symbolize(start(STATIC, 'full').stderr)
    holds(frames_of(named.stdout, 'found')[-1].startswith('    #1 main ')
          and '_start' not in named.stdout, named)
    as_json = symbolize(start(STATIC, 'full,json').stderr)
    holds('"_start"' in as_json.stdout, as_json)


@case('A report may be a file')
def file():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, 'errors')
        path.write_text(start(STATIC, 'full').stderr)
        named = symbolize('', str(path))
        holds(names_all(named.stdout), named)
        missing = symbolize('', str(path) + '.no')
        holds(missing.returncode == 3 and missing.stderr ==
              f'tarn: cannot read {path}.no\n', missing)


@case('With the word symbols a report has names at once')
def in_place():
    for program in STATIC, SHARED:
        path = f'{pathlib.Path(TARN).resolve().parent}:{os.environ["PATH"]}'
        told = start(program, 'full,symbols', PATH=path)
        holds(told.returncode == -6 and names_all(told.stderr), told)
        holds('tarn symbolize' not in told.stderr, told)


@case('Where there is no command the report says how to get names')
def no_command():
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder, 'program')
        shutil.copy(STATIC, program)
        told = start(program, 'full,symbols', PATH=folder)
        holds(told.returncode == -6 and '  #' in told.stderr, told)
        holds('functions and lines: tarn symbolize FILE' in told.stderr, told)


@case('JSON gets functions, files and lines')
def of_json():
    told = start(STATIC, 'full,json')
    named = symbolize(told.stderr)
    call = json.loads(named.stdout.splitlines()[0])['stack'][1]
    holds(call['functions'][0]['function'] == 'main' and
          call['functions'][0]['file'].endswith('symbolize_subject.cpp') and
          call['functions'][0]['line'] > 0 and call['module'] == STATIC, named)


@case('A program that is gone or of another build is said to be so')
def gone_or_changed():
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder, 'program')
        shutil.copy(STATIC, program)
        told = start(program, 'full')
        shutil.copy(SHARED, program)
        named = symbolize(told.stderr)
        holds(f'{program}+0x' in named.stdout and
              ': the file is of another build' in named.stdout, named)
        program.unlink()
        named = symbolize(told.stderr)
        holds(': the file is not here' in named.stdout, named)


@case('Symbols may lie in a file of their own, which the program names')
def apart():
    if not shutil.which('objcopy') or not shutil.which('strip'):
        return
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder, 'program')
        symbols = pathlib.Path(folder, 'its-symbols')
        subprocess.run(['objcopy', '--only-keep-debug', STATIC, symbols],
                       check=True)
        subprocess.run(['strip', '-o', program, STATIC], check=True)
        told = start(program, 'full')
        named = symbolize(told.stderr)
        holds('the file has no symbols' in named.stdout, named)
        subprocess.run(['objcopy', f'--add-gnu-debuglink={symbols}', program],
                       check=True)
        named = symbolize(told.stderr)
        holds(names_all(named.stdout), named)


sys.exit(run_cases(sys.argv, 4))
