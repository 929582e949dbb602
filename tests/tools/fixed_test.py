#!/usr/bin/env python3
"""fixed_test.py TARN - what people meet at tarn compare --fixed.

Each case is named by the sentence that it holds; a further argument runs those
whose function's name has it. Exit status 1: some do not hold.
"""
import csv
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from cases import case, holds, run_cases

TARN = sys.argv[1]

# As little as leads through all that it does. No figure of time is looked at.
BRIEF = ('compare', '--fixed', '--rounds', '1', '--heap-bytes', '16384')
FITS = ('aligned_first_fit', 'buddy', 'half_fit', 'two_level', 'first_fit',
        'next_fit', 'best_fit')


def tarn(*words, **more):
    return subprocess.run([TARN, *words], capture_output=True, text=True,
                          timeout=600, **more)


@case('words that cannot be meant are refused, each with a sentence')
def refusals():
    for words, why in (
            (('--heap-bytes', '65536'), '--fixed'),
            (('--fixed', '--heap-bytes', '100'), '16384'),
            (('--fixed', '--heap-bytes', 'many'), 'many'),
            (('--fixed', '--fit', 'tight_fit'), 'aligned_first_fit'),
            (('--fixed', '--corpus', '/'), '--corpus'),
            (('--fixed', '--only', 'tarn'), '--only'),
            (('--fixed', '--', 'true'), '--'),
            (('--fixed', '--sequence', '/no/such/folder/s'), '--sequence'),
            (('--fixed', '--json', '-', '--sequence', '-'),
             '--json and --sequence'),
            (('--fixed', '--replay', '/no/such/file'), 'No such file'),
            (('--fixed', '--replay', '/'), 'Is a directory'),
            (('--fixed', '--replay', 'a', '--csv', 'b'), '--csv')):
        result = tarn('compare', *words)
        holds(result.returncode == 2 and why in result.stderr and
              not result.stdout, result)


@case('a broken sequence is refused with its file and its line')
def broken_sequence():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'broken'
        path.write_text('tarn fixed sequence 1\na 0 16\nf 1\nend\n')
        result = tarn('compare', '--fixed', '--replay', str(path))
        holds(result.returncode == 2 and not result.stdout and
              f'{path}, line 3: block 1 is not there' in result.stderr, result)


@case('all tables are printed, and every file has what they show')
def everything():
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder)
        files = {name: str(base / name)
                 for name in ('json', 'csv', 'html', 'sequence')}
        result = tarn(*BRIEF, *(word for name, path in files.items()
                                for word in (f'--{name}', path)))
        holds(result.returncode == 0 and not re.search('nan|inf ',
                                                       result.stdout), result)
        holds(all(len(line) <= 100 for line in result.stdout.splitlines()),
              result)
        for title in ('One call', 'Instructions', 'Memory',
                      'Forced fragmentation'):
            holds(f'\n{title} ' in result.stdout, result)
        figures = json.loads((base / 'json').read_text())
        check_figures(figures, result)
        with (base / 'csv').open(newline='') as file:
            rows = list(csv.DictReader(file))
        for one in figures['fits']:
            wanted = {name for name, value in one.items()
                      if isinstance(value, dict)}
            holds(wanted == {row['figure'] for row in rows
                             if row['fit'] == one['name']}, result)
        page = (base / 'html').read_text()
        holds(all(fit in page for fit in FITS) and 'http' not in page, result)
        check_replay(files['sequence'], figures)


def check_figures(figures, result):
    holds(figures['format'] == 'tarn-compare-fixed' and
          figures['version'] == 1 and figures['heap_bytes'] == 16384, result)
    holds(all(figures['meanings'].values()), result)
    fits = {one['name']: one for one in figures['fits']}
    holds({*FITS, 'system malloc'} <= set(fits), result)
    for name, one in fits.items():
        def value(figure):
            return one[figure]['median']
        for workload in ('device', 'random'):
            quantiles = [value(f'{workload}_{figure}')
                         for figure in ('p50', 'p99', 'p999', 'max')]
            holds(quantiles == sorted(quantiles) and quantiles[0] > 0, result)
            holds(value(f'{workload}_taken') >= value(f'{workload}_asked'),
                  result)
        for call in ('allocate', 'deallocate'):
            holds(0 < value(f'{call}_instructions_mean') <=
                  value(f'{call}_instructions_most'), result)
        if one['kind'] == 'peer':
            continue
        holds(value('code_bytes') > 100, result)
        for sizes in ('powers', 'any'):
            holds(figures['live_granules'] < value(f'{sizes}_forced') <=
                  value(f'{sizes}_required'), result)
        # What grows with the heap is marked.
        starred = f'\n  {name} *' in result.stdout
        holds(starred == (one['kind'] == 'unbounded') ==
              (value('allocate_instructions_comb') > 4000 or
               name == 'next_fit'), result)
    # Exactly M (1 + lg n / 2).
    holds(fits['aligned_first_fit']['powers_forced']['median'] ==
          figures['live_granules'] * 3 and
          figures['largest_granules'] == 16, result)
    # Small blocks are led behind large ones where the smallest place serves.
    holds(fits['best_fit']['any_by'] == 'stairs', result)
    # Who leaves free places behind is made to leave nearly all of them.
    holds(fits['next_fit']['any_forced']['median'] >
          figures['live_granules'] * 14, result)


def check_replay(sequences, figures):
    """Each fit needs what was forced, in the order of the fits."""
    result = tarn('compare', '--fixed', '--replay', sequences, '--json', '-')
    holds(result.returncode == 0, result)
    replayed = json.loads(result.stdout)['replayed']
    expected = [(one['name'], one[f'{sizes}_forced']['median'])
                for one in figures['fits'] if 'any_forced' in one
                for sizes in ('any', 'powers')]
    holds([(one['made_for'], one['heap_granules'][one['made_for']])
           for one in replayed] == expected, result)
    result = tarn('compare', '--fixed', '--replay', sequences, '--fit',
                  'half_fit')
    holds(result.returncode == 0 and 'two_level:' in result.stdout and
          result.stdout.count('\n  half_fit ') == len(replayed), result)


@case('a sequence may come out of a pipe, which can be read once')
def piped_sequence():
    result = tarn('compare', '--fixed', '--replay', '/dev/stdin',
                  input='tarn fixed sequence 1\na 0 16\nf 0\nend\n')
    holds(result.returncode == 0 and '\n  best_fit ' in result.stdout, result)


@case('a sequence alone goes to standard output, without tables')
def only_sequence():
    result = tarn(*BRIEF, '--fit', 'half_fit', '--sequence', '-',
                  env={'PATH': '/nowhere'})
    holds(result.returncode == 0 and
          result.stdout.startswith('tarn fixed sequence 1\nfit half_fit\n') and
          result.stdout.endswith('\nend\n'), result)
    holds('install valgrind' in result.stderr, result)


@case('without a fit none is said to refuse anything')
def no_fit():
    result = tarn(*BRIEF, '--fit', 'system malloc', env={'PATH': '/nowhere'})
    holds(result.returncode == 0 and '\nMemory ' in result.stdout and
          'Each refused' not in result.stdout, result)


@case('Ctrl-C leaves nobody and no file, and says so')
def interrupt():
    with tempfile.TemporaryDirectory() as folder:
        new = pathlib.Path(folder) / 'new.json'
        process = subprocess.Popen([TARN, 'compare', '--fixed', '--json',
                                    str(new)],
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
        result = subprocess.CompletedProcess([], process.returncode, out,
                                             line + errors)
        holds(result.returncode == 130 and 'stopped' in errors and
              not new.exists(), result)


@case('tables that arrive nowhere, and a full disk, are each said')
def full_disk():
    with open('/dev/full', 'w') as full:
        result = subprocess.run([TARN, *BRIEF], stdout=full, text=True,
                                stderr=subprocess.PIPE, timeout=600,
                                env={**os.environ, 'PATH': '/nowhere'})
    result.stdout = ''
    holds(result.returncode == 4 and 'cannot write the tables' in
          result.stderr, result)
    result = tarn(*BRIEF, '--fit', 'half_fit', '--json', '/dev/full',
                  env={'PATH': '/nowhere'})
    holds(result.returncode == 4 and 'No space left' in result.stderr and
          'Forced fragmentation' in result.stdout, result)


if __name__ == '__main__':
    sys.exit(run_cases(sys.argv, 2))
