#!/usr/bin/env python3
"""run.py SUBJECT - a check that lacks something says so once and goes on.

SUBJECT does what its words say, in mode TARN_CHECK. Each case is named by the
sentence that it holds. Exit status 1: some do not hold.
"""
import os
import subprocess
import sys

from cases import case, holds, run_cases

SUBJECT = sys.argv[1]
MODES = ('full', 'full,page', 'sampled,every')


def subject(mode, *words, **more):
    environment = dict(os.environ, TARN_CHECK=mode, **more.pop('env', {}))
    more.setdefault('stderr', subprocess.PIPE)
    return subprocess.run([SUBJECT, *words], stdout=subprocess.PIPE, text=True,
                          errors='replace', env=environment, timeout=100,
                          **more)


def goes_on(result):
    """The clean program is done, and what was said was said once."""
    lines = (result.stderr or '').splitlines()
    holds(result.returncode == 0 and result.stdout.endswith('done\n'), result)
    holds(all(line.startswith('tarn: check: ') for line in lines), result)
    holds(len(lines) == len(set(lines)), result)


@case('an unknown mode is told with those there are, and checks are off')
def unknown_mode():
    for mode in ('ful', 'full,pages', 'full,report=', ',', 'full,,page'):
        result = subject(mode, 'use')
        holds(result.returncode == 0 and result.stdout == 'done\n', result)
        holds(result.stderr.count('\n') == 1 and
              f'TARN_CHECK={mode} is not understood' in result.stderr and
              'off, sampled, full' in result.stderr, result)


@case('a kernel without guard marks has guards by protection')
def no_marks():
    for mode in MODES:
        result = subject(mode, 'use', env={'TARN_GUARD_MARKS': 'no'})
        goes_on(result)
        holds('refused' not in result.stdout, result)


@case('where there are no mappings left, blocks are given unchecked')
def no_mappings():
    for mode in MODES:
        for marks in ('no', 'yes'):
            env = {'TARN_GUARD_MARKS': marks}
            goes_on(subject(mode, 'mappings', 'use', env=env))
            result = subject(mode, 'use', 'mappings', 'use', env=env)
            goes_on(result)
            # The heap has the memory that it had before, but what a guard by
            # protection shut for good.
            holds(marks == 'no' or 'refused' not in result.stdout, result)


@case('where there is no address space left, blocks are given unchecked')
def no_address_space():
    for mode in MODES:
        for mib in ('0', '1', '20', '200'):
            goes_on(subject(mode, 'space', mib, 'use'))
            goes_on(subject(mode, 'use', 'space', mib, 'use'))


@case('a full table of stacks is told, and faults without those that are new')
def full_table():
    result = subject('full,log', 'space', '96', 'stacks', 'use', 'fault')
    holds(result.returncode == 0, result)
    holds(result.stderr.count('the table of call stacks is full') == 1, result)
    holds('double free of ' in result.stderr, result)


@case('a program that owns SIGSEGV keeps it')
def own_handler():
    for words in (('handler', 'use', 'crash'), ('use', 'handler', 'crash')):
        for mode in MODES:
            result = subject(mode, *words)
            holds(result.returncode == 0 and
                  result.stdout == "the program's handler\n", result)


@case('without a standard error the program goes on as it would')
def no_standard_error():
    for mode in ('full,log', 'full,log,json', 'sampled,every,log'):
        goes_on(subject(mode, 'full', 'fault'))
        goes_on(subject(mode, 'fault', stderr=None,
                        preexec_fn=lambda: os.close(2)))
        with open('/dev/full', 'w', encoding='ascii') as full:
            goes_on(subject(mode, 'fault', stderr=full))


@case('a report file that cannot be written is told')
def no_report_file():
    result = subject('full,log,report=/nowhere/at/all', 'fault')
    holds(result.returncode == 0 and
          result.stderr.count('report= cannot be written') == 1, result)


@case('a handler that forks has a child with pools that work')
def fork_inside():
    result = subject('full,log', 'fork', 'fault')
    holds(result.returncode == 0 and
          result.stdout == 'the child used all\ndone\n', result)


@case('a program started by vfork leaves the checks as they were')
def started_by_vfork():
    for mode in MODES:
        goes_on(subject(mode, 'use', 'vfork', 'use'))


sys.exit(run_cases(sys.argv, 2))
