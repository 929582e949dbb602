#!/usr/bin/env python3
"""mutate.py - changes the library at random places; do the tests notice?

    tools/mutate.py --room region --count 40 --seed 1

Draws places in src/ROOM/*.cpp by the seed, makes one small change at each
(a mutant), compiles that one file, makes a shared library with it and runs all
tests of the library over that until one fails: the mutant is killed. What no
test notices survives and is printed as a diff: either a sentence of the
contract has no test, or the code says more than it needs to. Others are drawn
for mutants that do not compile or whose object code is that of the original.

Each mutant meets the tests twice: as built by default, and as in the dev
preset, where our own invariants are checked. Exit status 1: fewer than
--at-least percent were killed.
"""
import argparse
import concurrent.futures
import difflib
import json
import os
import pathlib
import random
import re
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import time

from mutations import mutations_of

ROOT = pathlib.Path(__file__).resolve().parent.parent
KINDS = ('unit', 'laws', 'threads', 'misuse')
LIBRARY = 'libtarn.so'
MEMORY_LIMIT = 3 << 30  # bytes resident; a mutant may allocate without end
PATIENCE = 4            # times as much of a processor as the original is a hang
LEAST_SECONDS = 3       # of a processor, for every test
WALL = 8                # times that by the clock, where others work here too


class Build:
    """One configured and built tree. Its tests are linked once, to a shared
    library, so that a mutant costs one compiled file and one link."""

    def __init__(self, folder, jobs, options):
        self.folder = folder
        run(['cmake', '-S', ROOT, '-B', folder, '-G', 'Ninja',
             '-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_CXX_FLAGS_DEBUG=-O1',
             '-DCMAKE_POSITION_INDEPENDENT_CODE=ON',
             '-DCMAKE_CXX_VISIBILITY_PRESET=default', '-DTARN_SHARED=OFF',
             '-DTARN_TOOLS=OFF', '-DTARN_EXAMPLES=OFF', '-DTARN_INSTALL=OFF',
             *options])
        known = run(['ninja', '-C', folder, '-t', 'targets', 'all'])
        targets = re.findall(r'^(tests/[a-z_]+): CXX_EXECUTABLE', known, re.M)
        targets = [target for target in targets
                   if target[len('tests/'):].split('_')[0] in KINDS]
        run(['ninja', '-C', folder, '-j', str(jobs), *targets])
        # What they are called with; that of one that is not built is not told.
        listed = json.loads(run(['ctest', '--test-dir', folder,
                                 '--show-only=json-v1']))
        tests = {test['name']: test['command'] for test in listed['tests']
                 if test['name'].split('.')[0] in KINDS}
        commands = json.loads((folder / 'compile_commands.json').read_text())
        self.compile = {c['file']: c['command'] for c in commands
                        if '/tarn_static.dir/' in c['command']}
        self.objects = {source: output_of(command)
                        for source, command in self.compile.items()}
        self.library = folder / 'linked' / LIBRARY
        self.library.parent.mkdir(exist_ok=True)
        self.link(self.objects, self.library)
        for target in targets:
            self.link_program(target)
        self.tests = {
            name: [part.replace(f'{folder}/tests/', f'{folder}/linked/')
                   for part in command] for name, command in tests.items()}
        self.seconds = {}
        for name in self.tests:
            failure, self.seconds[name] = self.failure_of(
                name, self.library, 600)
            if failure:
                sys.exit(f'{name} fails as it is ({failure}); mend that first')

    def link(self, objects, library):
        run(['g++', '-shared', f'-Wl,-soname,{LIBRARY}', '-o', library,
             *objects.values()], self.folder)

    def link_program(self, target):
        steps = run(['ninja', '-C', self.folder, '-t', 'commands', '-s',
                     target])
        name = pathlib.Path(target).name
        link = steps.strip().splitlines()[-1].replace(
            'src/libtarn.a', str(self.library)).replace(
                f'-o {target} ', f'-o linked/{name} ')
        run(['sh', '-c', link], self.folder)

    def object_of(self, source, text, where):
        """Compiles `text` in place of `source`; the object, or None."""
        where.mkdir(parents=True, exist_ok=True)
        mutant = where / source.name
        mutant.write_text(text)
        command = shlex.split(self.compile[str(source)])
        command[command.index('-c') + 1] = str(mutant)
        command[command.index('-o') + 1] = str(where / 'mutant.o')
        done = subprocess.run(command, cwd=self.folder, capture_output=True,
                              check=False)
        return where / 'mutant.o' if done.returncode == 0 else None

    def killer(self, source, mutant_object, order):
        """The first test of `order` that fails with the mutant, and how; or
        None. What fails but once fails by chance, and so does what hangs
        where the original now does too: others work on this machine."""
        library = mutant_object.parent / LIBRARY
        self.link({**self.objects, str(source): mutant_object}, library)
        for name in order:
            seconds = PATIENCE * self.seconds[name] + LEAST_SECONDS
            failure, _ = self.failure_of(name, library, seconds)
            if not failure:
                continue
            is_chance = not self.failure_of(name, library, seconds)[0]
            if failure in ('hangs', 'grows') and not is_chance:
                is_chance = self.failure_of(name, self.library, seconds)[0]
            if not is_chance:
                return f'{name} ({failure})'
        return None

    def failure_of(self, name, library, limit):
        """How the test fails with this library (None: it passes), and the
        seconds of a processor that it took."""
        process = subprocess.Popen(
            self.tests[name], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, 'LD_LIBRARY_PATH': str(library.parent)})
        try:
            resource.prlimit(process.pid, resource.RLIMIT_CPU,
                             (int(limit) + 1, int(limit) + 1))
        except ProcessLookupError:
            pass  # it is over already
        return watch(process, WALL * limit)


def output_of(command):
    words = shlex.split(command)
    return words[words.index('-o') + 1]


def run(command, folder=None):
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          cwd=folder)
    if done.returncode != 0:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    return done.stdout


def watch(process, limit):
    """Waits for its end, in time and without eating all memory."""
    end = time.monotonic() + limit
    failure = None
    pause = 0.001
    while True:
        done, status, used = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        try:
            statm = pathlib.Path(f'/proc/{process.pid}/statm').read_text()
            resident = int(statm.split()[1]) * os.sysconf('SC_PAGE_SIZE')
        except (OSError, IndexError):
            resident = 0
        if time.monotonic() > end or resident > MEMORY_LIMIT:
            failure = 'hangs' if resident <= MEMORY_LIMIT else 'grows'
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(pause)
        pause = min(2 * pause, 0.1)
    process.returncode = os.waitstatus_to_exitcode(status)
    if failure is None and process.returncode in (-signal.SIGXCPU,
                                                  -signal.SIGKILL):
        failure = 'hangs'
    if failure is None and process.returncode != 0:
        failure = f'status {process.returncode}'
    return failure, used.ru_utime + used.ru_stime


def candidates(rooms, seed, at):
    """Every place and change, in the order that the seed draws: operators take
    turns, so that the frequent ones do not crowd out the others. `at` leaves
    those of one line."""
    drawn = random.Random(seed)
    by_operator = {}
    for room in rooms:
        for source in sorted((ROOT / 'src' / room).glob('*.cpp')):
            if source.name == 'embedded.cpp':
                continue
            text = source.read_text()
            for mutation in mutations_of(text):
                place = f'{source.relative_to(ROOT)}:{mutation.line_in(text)}'
                if at not in (None, place):
                    continue
                by_operator.setdefault(mutation.operator, []).append(
                    (source, text, mutation))
    for places in by_operator.values():
        drawn.shuffle(places)
    while any(by_operator.values()):
        for places in by_operator.values():
            if places:
                yield places.pop()


class Trial:
    """Tries mutants; knows which tests killed before, and asks them first."""

    def __init__(self, builds, work):
        self.builds = builds
        self.work = work
        self.kills = {}
        self.originals = {}

    def original(self, source, text):
        if source not in self.originals:
            made = self.builds[0].object_of(source, text,
                                            self.work / 'original' / source.stem)
            self.originals[source] = made.read_bytes()
        return self.originals[source]

    def order(self, build, room):
        return sorted(build.tests, key=lambda name: (
            -self.kills.get(name, 0), room not in name, build.seconds[name]))

    def __call__(self, number, source, text, mutation):
        changed = mutation.apply(text)
        for build in self.builds:
            where = self.work / f'{number}-{build.folder.name}'
            made = build.object_of(source, changed, where)
            if made is None:
                return 'does not compile'
            if build is self.builds[0] and \
                    made.read_bytes() == self.original(source, text):
                return 'is the original'
            killer = build.killer(source, made,
                                  self.order(build, source.parent.name))
            if killer:
                test = killer.split()[0]
                self.kills[test] = self.kills.get(test, 0) + 1
                return f'killed by {killer}'
        return 'survived'


def diff_of(source, text, mutation):
    name = str(source.relative_to(ROOT))
    return ''.join(difflib.unified_diff(
        text.splitlines(True), mutation.apply(text).splitlines(True), name,
        name, n=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--room', action='append', metavar='ROOM',
                        help='region, port, span, ...; may be repeated')
    parser.add_argument('--at', metavar='FILE:LINE',
                        help='only changes there: does the new test notice?')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=40)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--at-least', type=int, default=80, metavar='PERCENT')
    parser.add_argument('--build', default=str(ROOT / 'build/mutants'))
    options = parser.parse_args()
    rooms = options.room or ['region', 'port', 'span']
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    print('building the tests', file=sys.stderr)
    folder = pathlib.Path(options.build)
    builds = [Build(folder / 'plain', options.jobs, ['-DTARN_DEV=OFF']),
              Build(folder / 'dev', options.jobs, ['-DTARN_DEV=ON'])]

    outcomes = []
    skipped = {'does not compile': 0, 'is the original': 0}
    with tempfile.TemporaryDirectory() as work, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        trial = Trial(builds, pathlib.Path(work))
        left = enumerate(candidates(rooms, options.seed,
                                    options.at))
        while len(outcomes) < options.count:
            batch = [next(left, None)
                     for _ in range(options.count - len(outcomes))]
            batch = [(number, *place) for number, place in filter(None, batch)]
            if not batch:
                break
            for mutant, outcome in zip(batch, pool.map(
                    lambda mutant: trial(*mutant), batch)):
                if outcome in skipped:
                    skipped[outcome] += 1
                    continue
                outcomes.append((mutant, outcome))
                _, source, text, mutation = mutant
                print(f'{len(outcomes):3} {outcome:28} '
                      f'{source.relative_to(ROOT)}:{mutation.line_in(text)} '
                      f'{mutation.operator}', flush=True)
                if outcome == 'survived':
                    print(diff_of(source, text, mutation), flush=True)

    survivors = [mutant for mutant, outcome in outcomes if outcome == 'survived']
    killed = len(outcomes) - len(survivors)
    percent = 100 * killed // max(len(outcomes), 1)
    print(f'\nseed {options.seed}, {"+".join(rooms)}: {len(outcomes)} mutants, '
          f'{killed} killed, {len(survivors)} survived: {percent} %  '
          f'(left out: {skipped["is the original"]} the same code, '
          f'{skipped["does not compile"]} not compiling)')
    return 0 if outcomes and percent >= options.at_least else 1


if __name__ == '__main__':
    sys.exit(main())
