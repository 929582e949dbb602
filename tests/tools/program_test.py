#!/usr/bin/env python3
"""program_test.py TARN SUBJECT OTHER_MALLOC CRASHING_MALLOC OWN_MALLOC

What people meet who compare mallocs on a program of their own. Each case is
named by the sentence that it holds. SUBJECT is a program that does what it is
told, OTHER_MALLOC the system's malloc under another name, CRASHING_MALLOC one
that ends the process after a while, OWN_MALLOC a program with a malloc linked
in. Exit status 1: some do not hold.
"""
import csv
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

from cases import case, holds, run_cases

TARN, SUBJECT, OTHER, CRASHING, OWN = sys.argv[1:6]


def tarn(*words, **more):
    more.setdefault('stdin', subprocess.DEVNULL)
    return subprocess.run([TARN, 'compare', *words], capture_output=True,
                          text=True, timeout=600, **more)


def few(*words, **more):
    """Three rounds of the system's malloc and OTHER."""
    return tarn('--runs', '3', '--only', 'other', '--allocator',
                f'other={OTHER}', *words, **more)


def free_port():
    with socket.socket() as end:
        end.bind(('127.0.0.1', 0))
        return end.getsockname()[1]


def subjects():
    """Processes of SUBJECT that run."""
    found = []
    for folder in pathlib.Path('/proc').iterdir():
        try:
            if folder.name.isdigit() and os.path.samefile(folder / 'exe',
                                                          SUBJECT):
                found.append(int(folder.name))
        except OSError:
            pass
    return found


@case('a program gets a table within 100 columns, a verdict, JSON and CSV')
def whole():
    with tempfile.TemporaryDirectory() as folder:
        figures, lines = f'{folder}/figures.json', f'{folder}/figures.csv'
        result = few('--json', figures, '--csv', lines, '--', SUBJECT, 'work',
                     '100000')
        holds(result.returncode == 0 and 'Verdict: ' in result.stdout, result)
        holds(all(len(line) <= 100 for line in result.stdout.splitlines()),
              result)
        holds('\033' not in result.stdout + result.stderr, result)
        holds('libc.so.6' in result.stdout and
              os.path.basename(OTHER) in result.stdout, result)
        read = json.loads(pathlib.Path(figures).read_text())
        holds(read['format'] == 'tarn-compare-program' and
              read['version'] == 1 and read['complete'] and
              read['rounds'] == 3, result)
        check_candidates(read, result)
        rows = list(csv.DictReader(pathlib.Path(lines).open()))
        holds(len(rows) == 2 * 3 * 9, result)
        wall = [float(row['value']) for row in rows
                if row['candidate'] == 'other' and
                row['figure'] == 'wall_seconds']
        holds([round(one, 6) for one in wall] ==
              [round(one, 6) for one in
               read['candidates'][1]['figures']['wall_seconds']['rounds']],
              result)


def check_candidates(read, result):
    holds([one['name'] for one in read['candidates']] ==
          ['system malloc', 'other'], result)
    holds(os.path.samefile(read['candidates'][1]['malloc_file'], OTHER), result)
    for one in read['candidates']:
        figures = {name: of['median'] for name, of in one['figures'].items()}
        holds(figures['wall_seconds'] > 0 and
              figures['processor_seconds'] <= figures['wall_seconds'] * 1.2 and
              figures['minor_faults'] > 50, result)
        # A program that uses next to nothing: what tarn itself has would show.
        holds(1 << 20 < figures['peak_rss'] < 6 << 20, result)


@case('--html writes a page with plots that needs no other, for either way')
def page():
    port = free_port()
    server = ('--load', load_of(port), '--ready', str(port), '--figure',
              'answers = ([0-9]+)', '--for', '1s', '--', SUBJECT, 'serve',
              str(port))
    program = ('--', SUBJECT, 'sleep', '1')
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'page.html'
        for words in (server, program):
            result = few('--html', str(path), *words)
            holds(result.returncode == 0 and 'Verdict: ' in result.stdout,
                  result)
            page = path.read_text()
            holds(len(page.encode()) < 200_000 and
                  'Resident memory over time' in page and
                  'against system malloc' in page and
                  'round by round' in page and
                  page.count('<svg viewBox') >= 5, result)
            holds(not re.search(r'(src|href)=|url\(|@import|https?:', page),
                  result)
    result = few('--html', '-', '--', SUBJECT, 'work', '1000')
    holds(result.returncode == 0 and
          result.stdout.startswith('<!DOCTYPE html>') and
          result.stdout.endswith('</html>\n'), result)


@case('a page stays small however many mallocs and rounds there are')
def small_page():
    more = [word for i in range(12)
            for word in ('--allocator', f'malloc<{i}>={OTHER}')]
    only = [word for i in range(12) for word in ('--only', f'malloc<{i}>')]
    result = tarn('--runs', '40', *more, *only, '--html', '-', '--', SUBJECT,
                  'work', '10')
    holds(result.returncode == 0 and len(result.stdout) < 200_000 and
          'malloc&lt;11&gt;' in result.stdout and
          'malloc<1' not in result.stdout, result)


@case('three rounds never say that one is faster')
def too_few():
    result = few('--', SUBJECT, 'work', '1000')
    holds('no difference' in result.stdout or 'seems' in result.stdout, result)


@case('a program that is not there is refused, with what to do')
def missing():
    for name in ('./no-such-program', 'no-such-program-at-all'):
        result = tarn('--', name)
        holds(result.returncode == 2 and name in result.stderr and
              'path' in result.stderr and not result.stdout, result)
    result = tarn('--')
    holds(result.returncode == 2 and 'no program' in result.stderr, result)
    result = tarn(SUBJECT)
    holds(result.returncode == 2 and '-- ./program' in result.stderr, result)


@case('a text, a script without interpreter, a file nobody may execute')
def no_program():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'script'
        path.write_text('#!/no/such/interpreter\n')
        result = tarn('--', str(path))
        holds(result.returncode == 2 and 'chmod +x' in result.stderr, result)
        path.chmod(0o755)
        result = tarn('--', str(path))
        holds(result.returncode == 2 and
              '/no/such/interpreter' in result.stderr, result)
        path.write_text('just words\n')
        result = tarn('--', str(path))
        holds(result.returncode == 2 and '#!' in result.stderr, result)


@case('a static program, and a script that one interprets, is refused')
def static():
    # The launcher is static where it can be.
    launcher = os.path.join(os.path.dirname(TARN), 'tarn-launch')
    if b'/ld-linux' in pathlib.Path(launcher).read_bytes()[:4096]:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'script'
        path.write_text(f'#!{launcher}\n')
        path.chmod(0o755)
        for name in (launcher, str(path)):
            result = tarn('--', name)
            holds(result.returncode == 3 and
                  'linked statically' in result.stderr and
                  name in result.stderr and not result.stdout, result)


@case('a set-uid program is refused: nothing can be preloaded into it')
def set_uid():
    if os.getuid() != 0:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(SUBJECT, folder)
        os.chown(path, 65534, 0)
        os.chmod(path, 0o755 | stat.S_ISUID)
        result = tarn('--', path, 'work', '10')
        holds(result.returncode == 3 and 'set-uid' in result.stderr, result)


@case('a program with a malloc of its own is refused')
def own_malloc():
    result = tarn('--', OWN, 'work', '10')
    holds(result.returncode == 3 and 'malloc of its own' in result.stderr and
          not result.stdout, result)


@case('a malloc that a program preloads anyway is the one to compare with')
def preloaded_anyway():
    result = tarn('--runs', '3', '--only', 'system malloc', '--', SUBJECT,
                  'print-preload', env={**os.environ, 'LD_PRELOAD': OTHER})
    holds(result.returncode == 0 and 'its own malloc' in result.stdout and
          'system malloc' in result.stdout and 'libc.so.6' in result.stdout and
          os.path.basename(OTHER) in result.stdout, result)


@case('an allocator that is none is refused, each for its reason')
def no_allocator():
    for path, why in (('/no/such.so', 'there is no allocator'),
                      ('/etc/passwd', 'no shared library'),
                      (SUBJECT, 'no malloc')):
        result = tarn('--allocator', path, '--', SUBJECT, 'work', '10')
        holds(result.returncode == 2 and why in result.stderr and
              '--allocator' in result.stderr, result)
    result = tarn('--only', 'nosuch', '--', SUBJECT, 'work', '10')
    holds(result.returncode == 2 and 'system malloc' in result.stderr, result)


@case('one that crashes under one malloc only is left out with its last words')
def crash():
    result = few('--', SUBJECT, 'crash-with', OTHER)
    holds(result.returncode == 1 and 'system malloc' in result.stdout, result)
    holds('Left out: with other it crashed (Segmentation fault)' in
          result.stdout and 'the heap is upset' in result.stdout, result)
    holds('\033' not in result.stdout + result.stderr, result)
    result = tarn('--runs', '3', '--only', 'shaky', '--only', 'other',
                  '--allocator', f'shaky={CRASHING}', '--allocator',
                  f'other={OTHER}', '--', SUBJECT, 'work', '100000')
    holds(result.returncode == 1 and 'with shaky it' in result.stdout and
          'Verdict: ' in result.stdout and
          'nothing to compare' not in result.stdout, result)


@case('one that ends badly with every malloc is not measured')
def always_bad():
    result = few('--', SUBJECT, 'exit', '3')
    holds(result.returncode == 3 and 'exit code 3' in result.stderr and
          'no more ideas' in result.stderr and
          '--exit-code' in result.stderr and not result.stdout, result)
    result = few('--exit-code', '3', '--', SUBJECT, 'exit', '3')
    holds(result.returncode == 0, result)


@case('what a program prints stays out of the table, and a difference is told')
def output():
    result = few('--', SUBJECT, 'print-preload')
    holds(result.returncode == 0 and
          'prints something else' in result.stdout and
          'nothing\n' not in result.stdout, result)


@case('what a program leaves behind is ended, and that is told')
def left_behind():
    result = few('--', SUBJECT, 'leave-behind')
    holds(result.returncode == 0 and 'leaves processes behind' in
          result.stdout, result)
    holds(subjects() == [], result)


@case('a program that runs long gets a sentence that names the options')
def patience():
    result = few('--patience', '1', '--', SUBJECT, 'sleep', '2')
    holds(result.returncode == 0 and result.stderr.count('--ready') == 1 and
          '--load' in result.stderr and '--for' in result.stderr, result)


@case('a file is given to each run, from its beginning')
def input_file():
    with tempfile.TemporaryFile('w+') as file:
        file.write('the input\n')
        file.flush()
        file.seek(0)
        result = few('--', 'sh', '-c', 'read line && test "$line" = "the input"',
                     stdin=file)
        holds(result.returncode == 0, result)


@case('Ctrl-C ends the children, prints whole rounds, and exits with 130')
def interrupt():
    process = subprocess.Popen(
        [TARN, 'compare', '--runs', '1000', '--only', 'other', '--allocator',
         f'other={OTHER}', '--', SUBJECT, 'sleep', '1'],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    result = subprocess.CompletedProcess([], process.returncode, out, errors)
    holds(result.returncode == 130 and 'stopped after' in errors and
          'Verdict: ' in out and 'other' in out, result)
    holds(subjects() == [], result)


@case('Ctrl-C before a round is finished leaves nothing behind either')
def early_interrupt():
    process = subprocess.Popen([TARN, 'compare', '--', SUBJECT, 'sleep', '60'],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    while not subjects():
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    result = subprocess.CompletedProcess([], process.returncode, out, errors)
    holds(result.returncode == 130 and 'before a round' in errors and not out,
          result)
    holds(subjects() == [], result)


@case('when tarn itself is killed, nothing is left behind')
def killed():
    process = subprocess.Popen([TARN, 'compare', '--', SUBJECT, 'sleep', '60'],
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    while not subjects():
        time.sleep(0.05)
    time.sleep(0.5)
    process.kill()
    process.wait()
    for _ in range(600):
        if not subjects():
            return
        time.sleep(0.1)
    raise AssertionError(f'still there: {subjects()}')


@case('a full disk costs the file or the table, never the figures in the other')
def full_disk():
    for option in ('--json', '--csv', '--html'):
        result = few(option, '/dev/full', '--', SUBJECT, 'work', '1000')
        holds(result.returncode == 4 and 'No space left' in result.stderr and
              option in result.stderr and 'Verdict: ' in result.stdout, result)
    with open('/dev/full', 'w') as full:
        result = subprocess.run(
            [TARN, 'compare', '--runs', '1', '--', SUBJECT, 'work', '10'],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=600)
    holds(result.returncode == 4 and 'cannot write the tables' in
          result.stderr, subprocess.CompletedProcess(
              [], result.returncode, '', result.stderr))
    result = few('--json', '/no/such/folder/x', '--', SUBJECT, 'work', '10')
    holds(result.returncode == 2 and 'No such file' in result.stderr, result)


@case('a locale without UTF-8 and words that are none come through')
def bytes_of_any_kind():
    result = few('--json', '-', '--', SUBJECT, 'work', b'10\xff\xfe',
                 env={**os.environ, 'LC_ALL': 'C'})
    holds(result.returncode == 0 and
          json.loads(result.stdout)['program'][2].startswith('10'), result)


def load_of(port, count=20):
    return f'{SUBJECT} load {port} {count}'


@case('a server is loaded, its figures shown, and it is ended')
def server():
    port = free_port()
    result = few('--load', load_of(port), '--ready', str(port), '--figure',
                 'answers = ([0-9]+)', '--json', '-', '--', SUBJECT, 'serve',
                 str(port))
    holds(result.returncode == 0, result)
    read = json.loads(result.stdout)
    holds(read['load_figures'] == ['answers'], result)
    for one in read['candidates']:
        holds(one['figures']['answers']['median'] == 20 and
              one['figures']['rss_mean']['median'] > 1 << 20 and
              len(one['rss_over_time']) >= 1, result)
    holds(subjects() == [], result)


@case('--for starts the load again while there is time, and interrupts it')
def duration():
    port = free_port()
    result = few('--load', load_of(port), '--ready', str(port), '--for', '1s',
                 '--figure', 'answers = ([0-9]+)', '--', SUBJECT, 'serve',
                 str(port))
    holds(result.returncode == 0 and 'answers' in result.stdout, result)
    result = few('--load', "trap 'echo speed: 7; exit' INT; sleep 60 & wait",
                 '--ready', str(port), '--for', '1s', '--figure',
                 'speed: ([0-9]+)', '--', SUBJECT, 'serve', str(port))
    holds(result.returncode == 0 and 'speed' in result.stdout, result)


@case('a server that does not hear SIGTERM is killed, and that is told')
def stubborn():
    port = free_port()
    result = tarn('--runs', '1', '--only', 'system malloc', '--load',
                  load_of(port), '--ready', str(port), '--', SUBJECT,
                  'serve-on', str(port))
    holds(result.returncode == 0 and 'was killed' in result.stdout, result)
    holds(subjects() == [], result)


@case('a port that is taken, one that nobody opens, and a server that ends')
def ports():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
        result = few('--load', 'true', '--ready', str(port), '--', SUBJECT,
                     'serve', str(port))
        holds(result.returncode == 2 and f'port {port} is taken' in
              result.stderr and '--ready' in result.stderr, result)
    result = few('--load', 'true', '--ready', str(port), '--', SUBJECT, 'exit',
                 '3')
    holds(result.returncode == 3 and 'exit code 3' in result.stderr and
          'no more ideas' in result.stderr, result)
    result = few('--load', 'true', '--ready', str(port), '--', SUBJECT,
                 'work', '10')
    holds(result.returncode == 3 and 'foreground' in result.stderr, result)


@case('a load command that fails is told, with what it said')
def failing_load():
    port = free_port()
    result = few('--load', 'echo cannot aim >&2; exit 9', '--ready', str(port),
                 '--', SUBJECT, 'serve', str(port))
    holds(result.returncode == 3 and 'load command ended with exit code 9' in
          result.stderr and 'cannot aim' in result.stderr, result)


@case('a load command that says nothing tarn knows leads to --figure')
def unread_load():
    port = free_port()
    result = few('--load', load_of(port), '--ready', str(port), '--', SUBJECT,
                 'serve', str(port))
    holds(result.returncode == 0 and '--figure' in result.stdout and
          'memory on average' in result.stdout, result)


@case('options that belong to the other comparison are refused by name')
def other_options():
    for words in (('--corpus', 'x', '--', SUBJECT),
                  ('--runs', '3'), ('--load', 'true', '--ready', '80')):
        result = tarn(*words)
        holds(result.returncode == 2 and words[0] in result.stderr and
              not result.stdout, result)
    result = tarn('--load', 'true', '--', SUBJECT)
    holds(result.returncode == 2 and '--ready' in result.stderr, result)
    result = tarn('--load', 'true', '--ready', '80', '--for', '3x', '--',
                  SUBJECT)
    holds(result.returncode == 2 and '60s' in result.stderr, result)


if __name__ == '__main__':
    sys.exit(run_cases(sys.argv, 6))
