"""embedded.py - small programs for the cores of the presets embedded-CORE.

    core = Core('cortex-m3')
    core.compile('tests/proofs/probes.cpp', '-O2', folder)
    core.link(objects, program, ['-u,half_fit_allocate'])

Compiles as the preset's library was, and links with it and its board, which are
built first.
"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f'{shlex.join(map(str, command))}\n'
                         f'{done.stdout}{done.stderr}')
    return done.stdout


def in_parallel(jobs):
    """The results of functions without arguments."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [job.result() for job in [pool.submit(job) for job in jobs]]


class Core:
    def __init__(self, name):
        self.name = name
        self.build = ROOT / f'build/embedded-{name}'
        self.library = self.build / 'src/libtarn.a'
        if not (self.build / 'compile_commands.json').exists():
            run(['cmake', '--preset', f'embedded-{name}'])
        run(['cmake', '--build', '--preset', f'embedded-{name}',
             '--target', 'tarn_static', 'tarn_board'])
        commands = json.loads(
            (self.build / 'compile_commands.json').read_text())
        command = next(entry['command'] for entry in commands
                       if entry['file'].endswith('src/fixed/tree.cpp'))
        self.command = shlex.split(command.split(' -o ')[0])
        self.compiler = next(word for word in self.command
                             if word.endswith('g++'))
        self.cpu = [word for word in self.command
                    if word.startswith(('-mcpu=', '-mthumb', '-march=',
                                        '-mabi='))]

    def tool(self, name):
        return self.compiler.removesuffix('g++') + name

    def compile(self, source, optimised, folder):
        """The object of a source, which is warned of as all sources are."""
        made = folder / f'{pathlib.Path(source).stem}.o'
        run([*(word for word in self.command if word != '-Os'), optimised,
             '-c', str(source), '-o', str(made)])
        return made

    def link(self, objects, made, options):
        """A program of `objects` and of what they need."""
        board = sorted((self.build / 'boards').rglob('tarn_board.dir/*.obj'))
        run([self.compiler, *self.cpu, '-nostdlib', '-nostartfiles',
             '-Wl,--gc-sections', '-L', 'boards', '-T',
             f'boards/{self.name}.ld', *(f'-Wl,{word}' for word in options),
             '-o', str(made), *map(str, [*objects, *board, self.library]),
             '-lgcc'])
        return made
