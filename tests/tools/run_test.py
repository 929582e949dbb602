#!/usr/bin/env python3
"""run_test.py TARN SUBJECT - what an operator meets.

Programs are started by `tarn run`, and looked at by `tarn stats`. Each case is
named by the sentence that it holds. SUBJECT does what its words say, and has
libtarn.so. Exit status 1: some do not hold.
"""
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from cases import case, holds, run_cases

TARN, SUBJECT = sys.argv[1:3]
TOOLS = pathlib.Path(TARN).resolve().parent
NOBODY = 65534
IS_ROOT = os.geteuid() == 0


def root_case(sentence):
    if IS_ROOT:
        return case(sentence)
    print(f'cannot be asked by who is not root: {sentence}')
    return lambda function: function


def tarn(*words, **more):
    more.setdefault('stdin', subprocess.DEVNULL)
    more.setdefault('env', dict(os.environ, TARN_LIMIT='', TARN_OPTIONS='',
                                TARN_STATS_FILE=''))
    return subprocess.run([TARN, *words], capture_output=True, text=True,
                          timeout=100, **more)


def run(*words, **more):
    return tarn('run', *words, **more)


@contextlib.contextmanager
def subject(word, **more):
    """SUBJECT when it is ready; ends with the block."""
    process = subprocess.Popen([SUBJECT, word], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, **more)
    try:
        assert process.stdout.readline() == 'ready\n'
        yield process
        process.stdin.close()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def comes(condition):
    """Whether it holds within ten seconds."""
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.01)
    return False


@case('a program is served by tarn, and its output and exit code are its own')
def served():
    result = run('--verbose', '--', '/bin/sh', '-c', 'echo hi; exit 7')
    holds(result.returncode == 7 and result.stdout == 'hi\n', result)
    holds(re.fullmatch(r'tarn: sh\[\d+\] has its memory from tarn\n',
                       result.stderr), result)
    result = run('--', 'cat', '/proc/self/maps')
    holds('/libtarn-malloc.so' in result.stdout and not result.stderr, result)


@case('a summary is of the program alone, not of what it starts')
def summary():
    code = 'import subprocess; subprocess.run(["/bin/ls", "/"])'
    result = run('--summary', '--', sys.executable, '-S', '-c', code)
    holds(result.returncode == 0 and
          len(re.findall(r'^tarn: python\S*\[\d+\]: .* held at the end, .* in '
                         r'use; .* given back on the way; at most .* resident '
                         r'in all$', result.stderr, re.M)) == 1, result)
    holds(result.stderr.count('\n') == 2, result)


@case('what is preloaded and chosen already stays')
def stays():
    environment = dict(os.environ, LD_PRELOAD='/nowhere.so',
                       TARN_OPTIONS='huge_pages=off')
    result = run('--purge', 'background', '--limit', '64M,64M', '--stats-file',
                 '/tmp/%p', '--stats-interval', '9', '--option', 'verbose=off',
                 '--check', 'off,log',
                 '--', '/usr/bin/env', env=environment)
    holds(re.search(r'^LD_PRELOAD=/.*/libtarn-malloc\.so\S*:/nowhere\.so$',
                    result.stdout, re.M), result)
    for line in ('TARN_OPTIONS=huge_pages=off,purge=background,verbose=off',
                 'TARN_LIMIT=64M,64M', 'TARN_STATS_FILE=/tmp/%p',
                 'TARN_STATS_INTERVAL=9', 'TARN_CHECK=off,log'):
        holds(line in result.stdout.splitlines(), result)


@case('a mode of checks that nobody knows is told once, and the program runs')
def unknown_mode():
    result = run('--check', 'thorough', '--', '/bin/echo', 'as ever')
    holds(result.returncode == 0 and result.stdout == 'as ever\n', result)
    holds(result.stderr ==
          'tarn: TARN_CHECK=thorough is not understood; checks are off. It is '
          'one of off, sampled, full; then, parted by commas, any of page, log, '
          'symbols, json, report=PATH, escape=all, leaks, exit=off, '
          'budget=PERCENT, every\n', result)


@case('no program gets a sentence and an exit code as a shell gives it')
def nothing():
    for words in ((), ('--',)):
        result = run(*words)
        holds(result.returncode == 2 and 'no program is named' in result.stderr
              and 'tarn run --help' in result.stderr, result)
    result = run('--', '/nowhere/program')
    holds(result.returncode == 127 and '/nowhere/program' in result.stderr,
          result)
    with tempfile.NamedTemporaryFile() as file:
        os.chmod(file.name, 0o755)
        file.write(b'\0no program')
        file.flush()
        os.close(os.open(file.name, os.O_RDONLY))
        result = run('--', '/etc/passwd')
        holds(result.returncode == 127 and 'may not be executed' in
              result.stderr, result)


@case('a program that is linked statically is told, and runs')
def static():
    launcher = TOOLS / 'tarn-launch'
    result = run('--', launcher)
    holds(result.returncode == 125, result)
    if b'ld-linux' not in launcher.read_bytes():
        holds('is linked statically' in result.stderr and
              'it runs with the malloc that it has' in result.stderr, result)


@root_case('a program with the rights of somebody else is told, and runs')
def set_uid():
    with tempfile.TemporaryDirectory() as folder:
        echo = f'{folder}/echo'
        shutil.copy('/bin/echo', echo)
        os.chown(echo, NOBODY, NOBODY)
        os.chmod(echo, 0o4755)
        result = run('--verbose', '--', echo, 'hi')
        holds(result.returncode == 0 and result.stdout == 'hi\n' and
              'rights of somebody else' in result.stderr and
              'from tarn' not in result.stderr, result)


@case('a limit that is nonsense is told, and the program runs')
def nonsense():
    for limit in ('much', '6M,5M', '5', '1G,'):
        result = run('--limit', limit, '--', '/bin/echo', 'hi')
        holds(result.returncode == 0 and result.stdout == 'hi\n', result)
        holds((f'TARN_LIMIT is "{limit}", but ' in result.stderr) ==
              (limit != '1G,'), result)


@case('beyond the hard limit bad_alloc is thrown, caught and told, twice')
def bad_alloc():
    result = run('--limit', '56M,64M', '--', SUBJECT, 'fill')
    holds(result.returncode == 0, result)
    told = [int(number) for number in
            re.findall(r'^std::bad_alloc after (\d+) MiB$', result.stdout,
                       re.M)]
    holds(len(told) == 2 and all(50 <= one <= 64 for one in told), result)
    holds(result.stderr.count('soft limit') == 1 and
          result.stderr.count('hard limit') == 1 and
          result.stderr.count('\n') == 2, result)


@case('an interpreter meets the limit as an error of its own')
def interpreter():
    code = ('a = []\n'
            'try:\n'
            '    while True: a.append(bytes(1000))\n'
            'except MemoryError: a = None\n'
            'print(len(bytes(30000000)))')
    result = run('--limit', '60M,64M', '--', sys.executable, '-S', '-c', code,
                 env=dict(os.environ, PYTHONMALLOC='malloc'))
    holds(result.returncode == 0 and result.stdout == '30000000\n', result)


@case('within 2 GiB of address space a program starts and runs')
def address_space():
    limit = 2 << 30
    result = run('--verbose', '--', '/bin/echo', 'hi', preexec_fn=lambda:
                 resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    holds(result.returncode == 0 and result.stdout == 'hi\n' and
          'has its memory from tarn' in result.stderr, result)


@root_case('without /proc a program starts and runs')
def no_proc():
    door = run('--', '/usr/bin/env').stdout.split('LD_PRELOAD=')[1].split()[0]
    script = ('mount -t tmpfs none /proc 2>/dev/null || exit 77; '
              f'LD_PRELOAD={door} TARN_OPTIONS=verbose=on TARN_LIMIT=cgroup '
              '/bin/echo preloaded; exec "$0" run -- /bin/echo run')
    result = subprocess.run(['unshare', '--mount', '/bin/sh', '-c', script,
                             TARN], capture_output=True, text=True, timeout=60)
    if result.returncode == 77 or 'unshare' in result.stderr:
        print('cannot be asked here, where nothing can be mounted: no_proc')
        return
    holds(result.stdout == 'preloaded\nrun\n' and
          'has its memory from tarn' in result.stderr and
          'it runs with the malloc that it has' in result.stderr, result)
    result = subprocess.run(
        ['unshare', '--mount', '/bin/sh', '-c',
         'mount -t tmpfs none /proc; cd "${0%/*}"; exec "$0" stats 1', TARN],
        capture_output=True, text=True, timeout=60)
    holds(result.returncode != 0 and result.stderr.startswith('tarn: '), result)


@case('a path for statistics that cannot be written is told, and it runs')
def no_path():
    result = run('--stats-file', '/nowhere/x.prom', '--', '/bin/sleep', '0.5')
    holds(result.returncode == 0 and
          '/nowhere/x.prom (TARN_STATS_FILE) cannot be written: No such file'
          in result.stderr and result.stderr.count('\n') == 1, result)


@case('an option that there is not is told with those that there are')
def no_option():
    result = run('--option', 'sumary=on', '--', '/bin/echo', 'hi')
    holds(result.stdout == 'hi\n' and
          'there is no option "sumary", but purge, ' in result.stderr, result)


@case('statistics are told from outside, in each form')
def outside():
    with subject('hold') as process:
        number = str(process.pid)
        result = tarn('stats', number)
        holds(result.returncode == 0 and not result.stderr and
              re.search(r'^ +3\.0 MiB +\d+  region "known region"$',
                        result.stdout, re.M), result)
        result = tarn('stats', '--json', number)
        heap = json.loads(result.stdout)['heap']
        holds(5_000_000 < heap['live'] < 6_000_000, result)
        result = tarn('stats', '--openmetrics', number)
        holds(result.stdout.endswith('\n# EOF\n') and
              'tarn_pool_held_bytes{kind="region",pool="known region"} 3'
              in result.stdout, result)


@case('leaks tells that none is suspect, and takes no program')
def leaks():
    with subject('hold', env=dict(os.environ, TARN_CHECK='sampled')) as process:
        number = str(process.pid)
        result = tarn('leaks', number)
        holds(result.returncode == 0 and not result.stderr and
              result.stdout.startswith('no pool and no block is suspect of process '),
              result)
        result = tarn('leaks', '--json', number)
        holds(json.loads(result.stdout) ==
              {'schema': 'tarn.leaks/1', 'suspects': []}, result)
    with subject('hold', env=dict(os.environ, TARN_CHECK='off')) as process:
        result = tarn('leaks', str(process.pid))
        holds(result.returncode == 0 and
              'start it with TARN_CHECK=sampled' in result.stdout, result)
    result = tarn('leaks', '1', '--', 'true')
    holds(result.returncode == 2 and 'tarn leaks --help' in result.stderr,
          result)


def suspect_in(mode):
    with subject('forget', env=dict(os.environ, TARN_CHECK=mode)) as process:
        number = str(process.pid)
        result = tarn('leaks', number)
        holds(result.returncode == 1 and not result.stderr and
              re.match(r"60 regions 'request', [67]\d{3} KiB, not ended, the "
                       r'oldest for (9|10) minutes\n'
                       r'  of those made there 120 ended, after 0 seconds at '
                       r'most\n  made by\n    #0 \S', result.stdout), result)
        # By name where the build can tell names, else by its file.
        holds(re.search(r'#\d [^\n]*(forget|/tarn-run-subject\+0x)',
                        result.stdout), result)
        one, = json.loads(tarn('leaks', '--json', number).stdout)['suspects']
        holds(one['kind'] == 'region' and one['name'] == 'request' and
              one['pools'] == 60 and one['completed'] == 120 and
              one['held'] >= 60 * 100 * 1024 and one['oldest_ms'] >= 500_000
              and not one['only_grows'], one)
        holds(any(call['module'].endswith('/tarn-run-subject')
                  for call in one['stack']), one)
        result = tarn('stats', number)
        holds('\nsuspected leaks\n' in result.stdout, result)


@case('leaks names what was forgotten, where it is made and what it holds')
def suspect():
    suspect_in('full')
    suspect_in('sampled')


@case('leaks names blocks that were stranded, and what of them is known')
def stranded():
    for mode, drawn in ('full', ''), ('sampled,every', 'drawn '):
        with subject('strand',
                     env=dict(os.environ, TARN_CHECK=mode)) as process:
            number = str(process.pid)
            result = tarn('leaks', number)
            verb = 'drawn' if drawn else 'allocated'
            holds(result.returncode == 1 and not result.stderr and
                  re.match(rf'297 {drawn}blocks of the heap, 29 KiB, not given '
                           r'back, the oldest for (9|10) minutes\n'
                           rf'  of those {verb} there 900 were given back, after '
                           r'0 seconds at most\n  allocated by\n    #0 \S',
                           result.stdout), result)
            holds(re.search(r'#\d [^\n]*(strand|/tarn-run-subject\+0x)',
                            result.stdout), result)
            holds(('drawn blocks are a sample' in result.stdout) == bool(drawn),
                  result)
            one, = json.loads(tarn('leaks', '--json', number).stdout)['suspects']
            holds(one['kind'] == 'heap' and one['blocks'] == 297 and
                  one['pools'] == 0 and one['drawn'] == bool(drawn) and
                  one['held'] == 29700, one)
            holds('tarn_suspect_blocks{' in
                  tarn('stats', '--openmetrics', number).stdout, number)


@case('two looks tell what has grown in between')
def grown():
    with subject('hold') as process:
        look = subprocess.Popen([TARN, 'stats', '--for', '2',
                                 str(process.pid)], stdout=subprocess.PIPE,
                                text=True)
        while look.poll() is None:
            process.stdin.write('+')
            process.stdin.flush()
            time.sleep(0.2)
        text = look.communicate(timeout=60)[0]
        assert look.returncode == 0 and re.search(
            r'what is in use grew by [\d.]+ MiB to .*1008-byte blocks: a leak',
            text), text


@case('a program whose threads allocate is looked at without harm')
def churning():
    with subject('churn') as process:
        for _ in range(50):
            result = tarn('stats', '--json', str(process.pid))
            holds(result.returncode == 0 and
                  json.loads(result.stdout)['heap']['held'] > 1 << 20, result)


@case('a program that tarn run started can be looked at')
def started():
    with subprocess.Popen([TARN, 'run', '--', '/bin/sleep', '60']) as process:
        try:
            assert comes(lambda: tarn('stats', str(process.pid)).returncode
                         == 0), tarn('stats', str(process.pid)).stderr
        finally:
            process.kill()


@case('a look may be started by a program that tarn serves')
def from_inside():
    result = run('--', '/bin/sh', '-c', f'{TARN} stats $$; exit $?')
    holds(result.returncode == 0 and 'thread heaps: 1' in result.stdout, result)


@root_case('who may not look is told so')
def not_permitted():
    with subject('hold') as process:
        result = tarn('stats', str(process.pid),
                      preexec_fn=lambda: os.setresuid(NOBODY, NOBODY, NOBODY))
        holds(result.returncode == 3 and
              f'process {process.pid}' in result.stderr and
              'is not permitted: be its user or root' in result.stderr, result)


@root_case('root may look at a program of somebody else')
def somebody_else():
    with subject('hold', user=NOBODY) as process:
        result = tarn('stats', str(process.pid))
        holds(result.returncode == 0 and 'known region' in result.stdout,
              result)


@case('a process that is none, and one without tarn, get a sentence')
def none():
    result = tarn('stats', '4194304')
    holds(result.returncode == 2 and 'there is no process 4194304' in
          result.stderr, result)
    result = tarn('stats', str(os.getpid()))
    holds(result.returncode == 3 and 'does not have libtarn.so' in
          result.stderr, result)
    for words in ((), ('x',), ('0',), ('--json', '--openmetrics', '1'),
                  ('1', '--', 'program')):
        result = tarn('stats', *words)
        holds(result.returncode == 2 and 'tarn stats --help' in result.stderr,
              result)


@case('a process with another build of tarn is left alone')
def other_build():
    with tempfile.TemporaryDirectory() as folder:
        library = next(pathlib.Path(line.split(' => ')[1].split()[0])
                       for line in subprocess.run(
                           ['ldd', SUBJECT], capture_output=True,
                           text=True).stdout.splitlines()
                       if 'libtarn.so' in line)
        other = pathlib.Path(folder) / library.name
        other.write_bytes(library.read_bytes() + b'\0')
        with subject('hold', env=dict(os.environ, LD_PRELOAD=str(other))
                     ) as process:
            result = tarn('stats', str(process.pid))
            holds(result.returncode == 3 and 'another build of tarn' in
                  result.stderr, result)


if __name__ == '__main__':
    sys.exit(run_cases(sys.argv, 3))
