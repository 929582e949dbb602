#!/usr/bin/env python3
"""mutate.py - changes the library at random places; do the tests notice?

    tools/mutate.py --room region --count 40 --seed 1

Draws places in src/ROOM/*.cpp by the seed, makes one small change at each
(a mutant), compiles that one file, links the unit tests and laws with it and
runs them until one fails: the mutant is killed. What no test notices survives
and is printed as a diff: either a sentence of the contract has no test, or the
code says more than it needs to. Mutants that do not compile, or whose object
code is that of the original, do not count.

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
import shlex
import subprocess
import sys
import tempfile
import time

from mutations import mutations_of

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEMORY_LIMIT = 3 << 30  # bytes resident; a mutant may allocate without end
PATIENCE = 4            # times as long as the original is a hang


class Build:
    """One configured and built tree, and how its programs are linked."""

    def __init__(self, folder, options):
        self.folder = folder
        run(['cmake', '-S', ROOT, '-B', folder, '-G', 'Ninja',
             '-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_CXX_FLAGS_DEBUG=-O1',
             '-DTARN_SHARED=OFF', '-DTARN_TOOLS=OFF', '-DTARN_EXAMPLES=OFF',
             '-DTARN_INSTALL=OFF', *options])
        run(['ninja', '-C', folder])
        commands = json.loads((folder / 'compile_commands.json').read_text())
        self.compile = {c['file']: c['command'] for c in commands
                        if '/tarn_static.dir/' in c['command']}
        self.links = {}
        self.seconds = {}
        for program in sorted((folder / 'tests').iterdir()):
            if program.name.startswith(('unit_', 'laws_')) and \
                    os.access(program, os.X_OK) and program.is_file():
                steps = run(['ninja', '-C', folder, '-t', 'commands', '-s',
                             f'tests/{program.name}'])
                self.links[program.name] = steps.strip().splitlines()[-1]
                began = time.monotonic()
                if not passes([program], 600):
                    sys.exit(f'{program} fails as it is; mend that first')
                self.seconds[program.name] = time.monotonic() - began

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

    def killer(self, mutant_object, order):
        """The first program of `order` that fails with the mutant, or None."""
        for name in order:
            program = mutant_object.parent / name
            # Before the archive, so that its own object is never drawn.
            link = self.links[name].replace(
                'src/libtarn.a', f'{mutant_object} src/libtarn.a', 1).replace(
                    f'-o tests/{name} ', f'-o {program} ', 1)
            subprocess.run(link, shell=True, cwd=self.folder, check=True,
                           capture_output=True)
            limit = PATIENCE * self.seconds[name] + 5
            survived = passes([program], limit)
            program.unlink()
            if not survived:
                return name
        return None


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    return done.stdout


def passes(command, limit):
    """Whether it exits with 0, in time and without eating all memory."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                   stdout=said, stderr=said,
                                   start_new_session=True)
        end = time.monotonic() + limit
        while True:
            try:
                return process.wait(0.1) == 0
            except subprocess.TimeoutExpired:
                pass
            try:
                statm = pathlib.Path(f'/proc/{process.pid}/statm').read_text()
                resident = int(statm.split()[1]) * os.sysconf('SC_PAGE_SIZE')
            except (OSError, IndexError):
                resident = 0
            if time.monotonic() > end or resident > MEMORY_LIMIT:
                os.killpg(process.pid, 9)
                process.wait()
                return False


def candidates(rooms, seed):
    """Every place and change, in the order that the seed draws: operators take
    turns, so that the frequent ones do not crowd out the others."""
    drawn = random.Random(seed)
    by_operator = {}
    for room in rooms:
        for source in sorted((ROOT / 'src' / room).glob('*.cpp')):
            if source.name == 'embedded.cpp':
                continue
            text = source.read_text()
            for mutation in mutations_of(text):
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
        return sorted(build.links, key=lambda name: (
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
            killer = build.killer(made, self.order(build, source.parent.name))
            if killer:
                self.kills[killer] = self.kills.get(killer, 0) + 1
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
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=40)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--at-least', type=int, default=80, metavar='PERCENT')
    parser.add_argument('--build', default=str(ROOT / 'build/mutants'))
    options = parser.parse_args()
    rooms = options.room or ['region', 'port', 'span']

    print('building the tests', file=sys.stderr)
    folder = pathlib.Path(options.build)
    builds = [Build(folder / 'plain', ['-DTARN_DEV=OFF']),
              Build(folder / 'dev', ['-DTARN_DEV=ON'])]

    outcomes = []
    skipped = {'does not compile': 0, 'is the original': 0}
    with tempfile.TemporaryDirectory() as work, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        trial = Trial(builds, pathlib.Path(work))
        left = enumerate(candidates(rooms, options.seed))
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

    survivors = [mutant for mutant, outcome in outcomes if outcome == 'survived']
    for _, source, text, mutation in survivors:
        print('\n' + diff_of(source, text, mutation), end='')
    killed = len(outcomes) - len(survivors)
    percent = 100 * killed // max(len(outcomes), 1)
    print(f'\nseed {options.seed}, {"+".join(rooms)}: {len(outcomes)} mutants, '
          f'{killed} killed, {len(survivors)} survived: {percent} %  '
          f'(left out: {skipped["is the original"]} the same code, '
          f'{skipped["does not compile"]} not compiling)')
    return 0 if outcomes and percent >= options.at_least else 1


if __name__ == '__main__':
    sys.exit(main())
