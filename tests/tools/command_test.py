#!/usr/bin/env python3
"""command_test.py TARN CRASHING_MALLOC - what people meet at tarn's edges.

Each case is named by the sentence that it holds; a further argument runs those
whose function's name has it. Exit status 1: some do not hold.
"""
import csv
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from cases import case, holds, run_cases

TARN = sys.argv[1]
CRASHING = sys.argv[2]

# As few rounds, and mallocs, as lead through all that a comparison does; and
# where nobody looks at what rounds say of each other, one.
FEW = ('compare', '--quick', '--rounds', '3', '--only', 'tarn')
BRIEF = ('compare', '--quick', '--rounds', '1', '--only', 'tarn')


def tarn(*words, **more):
    return subprocess.run([TARN, *words], capture_output=True, text=True,
                          timeout=600, **more)


@case('--version says the version and nothing else')
def version():
    result = tarn('--version')
    holds(result.returncode == 0 and result.stdout.startswith('tarn ') and
          result.stdout.count('\n') == 1 and not result.stderr, result)


@case('--help names every verb, and the help of compare every exit code')
def help_of_all():
    result = tarn('--help')
    holds(result.returncode == 0 and 'compare' in result.stdout, result)
    result = tarn('compare', '--help')
    holds(all(f'{code} ' in result.stdout for code in (0, 1, 2, 3, 4, 130)),
          result)


@case('an unknown verb gets a sentence that names it, and exit code 2')
def unknown_verb():
    result = tarn('compost')
    holds(result.returncode == 2 and '"compost"' in result.stderr and
          '--help' in result.stderr and not result.stdout, result)


@case('no verb and an unknown option get exit code 2')
def unknown_option():
    holds(tarn().returncode == 2, tarn())
    result = tarn('compare', '--fast')
    holds(result.returncode == 2 and '--fast' in result.stderr, result)


@case('an allocator that is none is refused before anything is measured')
def no_such_allocator():
    for path, why in (('/no/such/malloc.so', 'there is no allocator'),
                      ('/etc/passwd', 'no shared library'),
                      (TARN, 'no malloc')):
        result = tarn('compare', '--allocator', path)
        holds(result.returncode == 2 and path in result.stderr and
              why in result.stderr and '--allocator' in result.stderr and
              not result.stdout, result)


@case('with --only NAME others are left out, and a name of nobody is refused')
def only():
    result = tarn('compare', '--only', 'nobody')
    holds(result.returncode == 2 and not result.stdout and
          '--only nobody: there is no such malloc here, but' in result.stderr,
          result)


@case('a file that cannot be made is refused before anything is measured')
def no_such_folder():
    for option in ('--json', '--csv', '--html'):
        result = tarn('compare', option, '/no/such/folder/figures')
        holds(result.returncode == 2 and 'No such file' in result.stderr and
              option in result.stderr and not result.stdout, result)


@case('two files that both want standard output are refused')
def two_outputs():
    result = tarn('compare', '--json', '-', '--csv', '-')
    holds(result.returncode == 2 and '--csv' in result.stderr and
          not result.stdout, result)


@case('a folder without requests is refused')
def no_requests():
    with tempfile.TemporaryDirectory() as folder:
        result = tarn('compare', '--corpus', folder)
        holds(result.returncode == 2 and folder in result.stderr, result)


def corpus_of(folder, edit):
    """A copy of the corpus beside the source, changed by `edit`."""
    source = pathlib.Path(__file__).resolve().parents[2] / 'corpus'
    copy = pathlib.Path(folder) / 'corpus'
    shutil.copytree(source, copy)
    edit(copy)
    return str(copy)


@case('an answer with another status than the corpus says is nobody\'s figure')
def wrong_status():
    def edit(copy):
        bots = copy / 'bots.requests'
        bots.write_bytes(bots.read_bytes().replace(
            b'=== 200 is it alive?', b'=== 201 is it alive?'))
    with tempfile.TemporaryDirectory() as folder:
        result = tarn('compare', '--quick', '--corpus', corpus_of(folder, edit))
        holds(result.returncode == 3 and 'is it alive?' in result.stderr and
              'got 200, not 201' in result.stderr, result)


@case('a broken separator in the corpus is named')
def broken_separator():
    def edit(copy):
        (copy / 'bots.requests').write_bytes(b'=== nonsense\nGET / HTTP/1.1\n')
    with tempfile.TemporaryDirectory() as folder:
        result = tarn('compare', '--quick', '--corpus', corpus_of(folder, edit))
        holds(result.returncode == 3 and 'corpus/bots.requests' in result.stderr,
              result)


@case('without its worker tarn says what to build')
def no_worker():
    with tempfile.TemporaryDirectory() as folder:
        alone = shutil.copy(TARN, folder)
        result = subprocess.run([alone, 'compare'], capture_output=True,
                                text=True, timeout=60)
        holds(result.returncode == 3 and 'tarn-worker' in result.stderr, result)


def processes_of(session):
    """Processes that run in a session."""
    found = []
    for process in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            if os.getsid(int(process.name)) == session:
                found.append(process.name)
        except ProcessLookupError:
            continue
    return found


@case('Ctrl-C keeps the tables that were printed, leaves nobody, and says so')
def interrupt():
    with tempfile.TemporaryDirectory() as folder:
        new = pathlib.Path(folder) / 'new.json'
        old = pathlib.Path(folder) / 'old.csv'
        old.write_text('of another day')
        process = subprocess.Popen([TARN, *BRIEF, '--json',
                                    str(new), '--csv', str(old)],
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)
        table = ''
        while 'worst round' not in table and process.poll() is None:
            table += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
        result = subprocess.CompletedProcess([], process.returncode,
                                             table + out, errors)
        holds(result.returncode == 130 and 'stopped' in errors and
              'tarn Region' in table and 'Verdict' not in out, result)
        holds(processes_of(process.pid) == [], result)
        # No empty file, and none emptied.
        holds(not new.exists() and old.read_text() == 'of another day', result)


@case('tables that arrive nowhere end the run at once, for want of a reader')
def full_output():
    with open('/dev/full', 'w') as full:
        result = subprocess.run([TARN, *BRIEF], stdout=full,
                                stderr=subprocess.PIPE, text=True, timeout=600)
    result.stdout = ''
    holds(result.returncode == 4 and 'cannot write the tables' in
          result.stderr and 'living through a day' not in result.stderr, result)


@case('a malloc that crashes is left out by name, and the others are compared')
def crash():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'figures.json')
        table = os.path.join(folder, 'figures.csv')
        page = os.path.join(folder, 'page.html')
        result = tarn(*FEW, '--only', 'shaky', '--allocator',
                      f'shaky={CRASHING}', '--json', path, '--csv', table, '--html', page)
        holds(result.returncode == 1, result)
        holds('shaky in ordinary code: crashed' in result.stderr, result)
        holds('Verdict:' in result.stdout and 'tarn Region' in result.stdout,
              result)
        holds('tarn Heap' in result.stdout, result)
        holds('Left out: shaky' in result.stdout, result)
        holds(all(len(line) <= 100 for line in result.stdout.splitlines()),
              result)
        holds('\033' not in result.stdout, result)
        figures = json.loads(pathlib.Path(path).read_text())
        check_figures(figures, result)
        check_problems(figures, result)
        check_table(pathlib.Path(table), figures, result)
        check_page(pathlib.Path(page).read_text(), result)


def check_figures(figures, result):
    holds(figures['format'] == 'tarn-compare' and figures['version'] == 1,
          result)
    ran = [one for one in figures['contenders'] if one['failure'] is None]
    left_out = [one for one in figures['contenders'] if one['failure']]
    mallocs = {one['memory'] for one in figures['contenders']
               if one['kind'] == 'malloc'}
    holds({'tarn', 'shaky'} < mallocs and len(mallocs) == 3, result)
    holds({one['memory'] for one in left_out} == {'shaky'}, result)
    duel = [one for one in ran if 'duel_requests_per_second' in one]
    holds({'ordinary', 'pool'} == {one['code'] for one in duel
                                   if one['kind'] == 'malloc'} and
          'tarn Region' in {one['memory'] for one in duel} and
          len(duel) <= 8 and {len(one['duel_requests_per_second']['rounds'])
                              for one in duel} <= {3, 6}, result)
    served = [one for one in ran if one['kind'] != 'reading']
    holds(len({one['checksum'] for one in served}) == 1, result)
    for one in served:
        quantiles = [one[f'request_{name}']['median']
                     for name in ('p50', 'p99', 'p999', 'max')]
        holds(quantiles == sorted(quantiles) and quantiles[0] > 0, result)
        holds(one['calls']['median'] > 10, result)
    for one in served:
        if one['preload']:
            holds(os.path.realpath(one['preload']) ==
                  os.path.realpath(one['malloc_file']), result)


def check_problems(figures, result):
    for title in ('Latency through a day', 'Fragmentation', 'Contention',
                  'Connections', 'Trees', 'Lifetime'):
        holds(title in result.stdout, result)
    problems = figures['problems']
    holds(all(one['meaning'] for one in problems.values()), result)
    # Everybody was asked for the same blocks.
    for what in ('apart', 'together'):
        live = {one[f'{what}_03_live']['median']
                for one in figures['contenders'] if f'{what}_03_live' in one}
        holds(len(live) == 1, result)
        for one in problems['fragmentation'][what]:
            holds(one['mean'] >= 1 and one['internal'] >= 0, result)
    # The Region and the Heap have a row wherever they have a meaning.
    for figure, rows in (('day_24_p99', {'tarn Region', 'tarn Heap'}),
                         ('threads_01_blocks', {'tarn Region', 'tarn Heap'}),
                         ('tight_largest', {'tarn Region', 'tarn Heap'}),
                         ('together_drained_rest',
                          {'tarn Region', 'tarn Heap'}),
                         ('apart_drained_rest', {'tarn Heap'})):
        shown = {one['memory'] for one in figures['contenders']
                 if figure in one}
        holds(rows <= shown, result)
    objects = {one['memory']: one for one in figures['objects']}
    for figure, memory in (('connections', 'ObjectPool kept constructed'),
                           ('connections', 'ObjectPool made anew'),
                           ('trees', 'PerThread Regions merged'),
                           ('trees', 'one Region under a lock')):
        holds(objects[memory][f'{figure}_rate']['median'] > 0, result)
    life = figures['lifetime']
    counted = {name: life[f'lifetime_{name}']['median']
               for name in ('malloc_free_lines', 'region_free_lines',
                            'malloc_exits', 'region_exits')}
    holds(counted == counts_of_source(), result)
    holds(life['lifetime_malloc_allocations']['median'] ==
          life['lifetime_malloc_frees']['median'] > 5, result)
    # What is forgotten stays: at least a block for each broken upload.
    broken = life['lifetime_uploads']['median'] / 100
    holds(life['lifetime_malloc_leak']['median'] > broken * 32, result)
    holds(life['lifetime_region_kept']['median'] < broken * 32, result)


def counts_of_source():
    """Lines that free and exits for errors, counted by other means."""
    folder = pathlib.Path(__file__).resolve().parents[2] / 'tools' / 'server'
    counts = {}
    for form in ('malloc', 'region'):
        lines = [line.strip() for line in
                 (folder / f'upload_{form}.c').read_text().splitlines()
                 if line.startswith(' ')]
        freeing = ('free(', 'free_parts(', 'tarn_region_destroy(')
        errors = ('return 4', 'return 5', 'return status', 'return NULL')
        counts[f'{form}_free_lines'] = sum(
            line.startswith(freeing) for line in lines)
        counts[f'{form}_exits'] = sum(line.startswith(errors) for line in lines)
    return counts


def check_table(path, figures, result):
    with path.open(newline='') as file:
        rows = list(csv.DictReader(file))
    holds(all(row['unit'] and float(row['median']) >= 0 for row in rows),
          result)
    region = next(one for one in figures['contenders']
                  if one['kind'] == 'tarn')
    wanted = {name for name, value in region.items() if isinstance(value, dict)}
    shown = {row['figure'] for row in rows if row['memory'] == 'tarn Region'}
    holds(wanted <= shown, result)


@case('a malloc that crashes at trees only is a failure of the run as well')
def crash_at_trees():
    # Without valgrind, which takes a while to count what nobody asks here.
    result = tarn(*BRIEF, '--only', 'shaky', '--allocator',
                  f'shaky={CRASHING}', env={'PATH': '', 'TARN_TEST_CRASH': 'trees'})
    holds(result.returncode == 1 and 'crashed' in result.stderr and
          'Verdict:' in result.stdout, result)


def check_page(page, result):
    holds(len(page.encode()) < 200_000, result)
    holds(page.count('<svg viewBox') >= 8, result)
    # Nothing is fetched, and nothing is left open.
    holds(not re.search(r'(src|href)=|url\(|@import|https?:', page), result)
    holds('nan' not in re.sub(r'<[^>]*>', '', page.split('</style>')[1])
          .lower().split(), result)
    holds(page.count('<svg') == page.count('</svg>'), result)


@case('one core, no valgrind and a full disk are each said, and it goes on')
def poor_machine():
    # A run takes long, so these share one.
    with tempfile.TemporaryDirectory() as folder:
        first = min(os.sched_getaffinity(0))
        path = pathlib.Path(folder) / 'figures.json'
        result = tarn(*BRIEF, '--json', str(path), '--csv',
                      '/dev/full', '--html', '/dev/full', env={'PATH': folder},
                      preexec_fn=lambda: os.sched_setaffinity(0, {first}))
        holds(result.returncode == 4 and
              result.stderr.count('No space left') == 2 and
              'Verdict:' in result.stdout, result)
        # Without LANG this is no locale of UTF-8.
        holds(result.stdout.isascii() and result.stderr.isascii(), result)
        holds('only one core' in result.stderr and
              'install valgrind' in result.stderr, result)
        figures = json.loads(path.read_text())
        holds(figures['machine']['cores'] == 1, result)
        holds('one core' in figures['problems']['contention']['meaning'],
              result)


if __name__ == '__main__':
    sys.exit(run_cases(sys.argv, 3))
