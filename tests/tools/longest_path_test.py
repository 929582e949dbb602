#!/usr/bin/env python3
"""longest_path_test.py - does tools/longest_path.py count right, and refuse what
it cannot know? Each case is a program of a few instructions, with its answer.
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / 'tools'))

from disassembly import read_program  # noqa: E402
from longest_path import Program, Told, Unbounded  # noqa: E402

ARM = ('arm-none-eabi-', ['-mcpu=cortex-m3', '-mthumb'])
RISCV = ('riscv64-unknown-elf-', ['-march=rv32imac', '-mabi=ilp32'])

# What the lines in LOOP are said to be.
SOURCE = '''\
void f() {
  while (n != 0) {
    *p = n;
  }
}
'''
# Its condition is asked before the first pass and behind each one.
LOOP = '''
  .file 1 "loop.cpp"
  .loc 1 1
  movs r0, #9
  .loc 1 2
  cmp r0, #0
  beq 2f
1:
  .loc 1 3
  str r0, [r1]
  subs r0, #1
  .loc 1 2
  bne 1b
2:
  .loc 1 5
  bx lr
'''


def told(folder, *rows):
    path = folder / 'told.txt'
    path.write_text(''.join(f'{row}\n' for row in rows))
    return Told(path, {'n': 3}, True)


class LongestPath(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = pathlib.Path(made.name)
        self.loop = self.folder / 'loop.cpp'
        self.loop.write_text(SOURCE)

    def program(self, rows=(), target=ARM, name='case.s', **functions):
        """Of functions by name, in assembly."""
        text = '.syntax unified\n.thumb\n' if target is ARM else ''
        for function, body in functions.items():
            text += (f'.global {function}\n.type {function}, %function\n'
                     f'{function}:\n{body}\n.size {function}, .-{function}\n')
        (self.folder / name).write_text(text)
        return self.compiled(rows, target, name, list(functions))

    def compiled(self, rows, target, name, functions):
        prefix, options = target
        made = self.folder / 'case.elf'
        subprocess.run(
            [f'{prefix}gcc', *options, '-O2', '-g1', '-nostdlib', '-fno-exceptions',
             f'-Wl,-e,{functions[0]}', '-o', made, self.folder / name],
            check=True, cwd=self.folder)
        return Program(*read_program(f'{prefix}objdump', made),
                       told(self.folder, *rows))

    def bound(self, limit, text):
        return f'bound | {self.loop} | f | {limit} | told | {text}'

    def refused(self, program, name, why):
        with self.assertRaises(Unbounded) as raised:
            program.length(name)
        self.assertIn(f'UNBOUNDED: {why}', str(raised.exception))

    def test_the_longer_of_two_ways_counts(self):
        program = self.program(f='cmp r0, #0\nbeq 1f\nnop\nnop\n1: bx lr')
        self.assertEqual(program.length('f'), 5)

    def test_instructions_on_a_condition_count(self):
        program = self.program(f='cmp r0, #0\nit eq\nbxeq lr\nnop\nbx lr')
        self.assertEqual(program.length('f'), 5)

    def test_calls_and_jumps_to_functions_count_with_what_they_run(self):
        program = self.program(f='push {r4, lr}\nbl g\npop {r4, lr}\nb g',
                               g='nop\nbx lr')
        self.assertEqual(program.length('f'), 8)
        self.assertEqual(program.stack('f'), 8)

    def test_a_way_that_never_returns_is_left_out(self):
        program = self.program(f='cbz r0, 1f\nbx lr\n1: nop\nnop\nbl g',
                               g='nop\n1: b 1b')
        self.assertEqual(program.length('f'), 2)
        self.refused(program, 'g', 'it never returns')

    def test_a_loop_without_a_bound_is_refused(self):
        self.refused(self.program(f=LOOP), 'f', 'loop')
        self.refused(self.program(f='1: subs r0, #1\nbne 1b\nbx lr'), 'f', 'loop')

    def test_a_loop_runs_as_often_as_its_condition_is_asked(self):
        program = self.program([self.bound('n + 1', 'while (n != 0) {')], f=LOOP)
        self.assertEqual(program.length('f'), 3 + 3 * 3 + 1)

    def test_a_loop_runs_as_often_as_its_store(self):
        program = self.program([self.bound('n', '*p = n;')], f=LOOP)
        self.assertEqual(program.length('f'), 3 + 3 * 3 + 1)

    def test_a_store_on_a_condition_bounds_no_loop(self):
        loop = LOOP.replace('  str r0, [r1]\n',
                            '  cmp r0, r2\n  it eq\n  streq r0, [r1]\n')
        program = self.program([self.bound('n', '*p = n;')], f=loop)
        self.refused(program, 'f', 'loop')

    def test_a_line_that_one_run_counts_twice_bounds_no_loop(self):
        store = LOOP.replace('  str r0, [r1]\n',
                             '  str r0, [r1]\n  str r0, [r1, #4]\n')
        program = self.program([self.bound('n', '*p = n;')], f=store)
        self.refused(program, 'f', 'a line that counts twice')
        condition = LOOP.replace('  bne 1b\n', '  beq 2f\n  cmp r0, r2\n  bne 1b\n')
        program = self.program([self.bound('n', 'while (n != 0) {')], f=condition)
        self.refused(program, 'f', 'a line that counts twice')

    def test_a_limit_counts_anew_in_each_call(self):
        program = self.program([self.bound('n', '*p = n;')], f=LOOP,
                               g='push {r4, lr}\nbl f\nbl f\npop {r4, pc}')
        self.assertEqual(program.length('g'), 4 + 2 * 13)

    def test_calls_in_one_call_share_a_limit(self):
        rows = [self.bound('n', '*p = n;'), 'shared | g | n | told | f']
        program = self.program(rows, f=LOOP,
                               g='push {r4, lr}\nbl f\nbl f\npop {r4, pc}')
        self.assertEqual(program.length('g'), 4 + 4 + 13)

    def test_a_loop_around_an_inlined_one_needs_a_bound_of_its_own(self):
        (self.folder / 'nest.cpp').write_text(
            'static inline __attribute__((always_inline))\n'
            'void f(volatile int* p) {\n'
            '  for (int i = 0; i != *p; ++i)\n'
            '    *p = i;\n'
            '}\n'
            'extern "C" void g(volatile int* p) {\n'
            '  while (*p != 0) {\n'
            '    f(p);\n'
            '  }\n'
            '}\n')
        nest = self.folder / 'nest.cpp'
        inner = f'bound | {nest} | f | 3 | told | *p = i;'
        outer = f'bound | {nest} | g | 3 | told | while (*p != 0) {{'
        self.refused(self.compiled([inner], ARM, 'nest.cpp', ['g']), 'g', 'loop')
        self.refused(self.compiled([outer], ARM, 'nest.cpp', ['g']), 'g', 'loop')
        both = [inner, outer, 'whole | f | told']
        once = self.compiled(both, ARM, 'nest.cpp', ['g']).length('g')
        self.assertGreater(once, 2 * 3 * 3)

    def test_a_loop_with_lines_of_an_inlined_function_alone_is_refused(self):
        # That of g is left with none of its own.
        (self.folder / 'folded.cpp').write_text(
            'static inline __attribute__((always_inline))\n'
            'bool f(volatile int* p) {\n'
            '  if (*p == 0)\n'
            '    return true;\n'
            '  *p = 1;\n'
            '  return false;\n'
            '}\n'
            'extern "C" void g(volatile int* p) {\n'
            '  while (!f(p)) {\n'
            '  }\n'
            '}\n')
        bound = f'bound | {self.folder}/folded.cpp | f | 1 | told | *p = 1;'
        self.refused(self.compiled([bound], ARM, 'folded.cpp', ['g']), 'g',
                     'a loop of inlined lines')

    def test_recursion_is_refused(self):
        program = self.program(
            f='push {r4, lr}\ncbz r0, 1f\nbl g\n1: pop {r4, pc}',
            g='push {r4, lr}\nbl f\npop {r4, pc}')
        self.refused(program, 'f', 'recursion')

    def test_what_a_register_says_is_refused(self):
        for body in ('push {r4, lr}\nblx r0\npop {r4, pc}', 'bx r0', 'mov pc, r0',
                     'tbb [pc, r0]', 'ldmia r0, {r1, pc}', 'ldmdb r0, {r1, pc}',
                     'subs pc, lr, #4'):
            self.refused(self.program(f=f'{body}\nnop\nbx lr'), 'f',
                         'a call or jump to what')
        for body in ('mret', 'jr a0', 'jalr a0'):
            self.refused(self.program(target=RISCV, f=f'{body}\nnop\nret'), 'f',
                         'a call or jump to what')

    def test_a_call_on_a_condition_is_refused(self):
        # Else the way on which it is not made would be left out with it.
        program = self.program(
            f='push {r4, lr}\ncmp r0, #0\nit eq\nbleq g\nnop\npop {r4, pc}',
            g='1: b 1b')
        self.refused(program, 'f', 'a call on a condition')

    def test_a_stack_is_counted_where_its_size_is_said(self):
        program = self.program(f='push {r4, lr}\nsubw sp, sp, #1004\n'
                                 'addw sp, sp, #1004\npop {r4, pc}')
        program.length('f')
        self.assertEqual(program.stack('f'), 8 + 1004)
        for body in ('sub sp, sp, r0\nmov sp, r7', 'add sp, r0'):
            self.refused(self.program(f=f'{body}\nbx lr'), 'f', 'a stack')
        for body in ('sub sp,sp,a0', 'li t0,-4096\nadd sp,sp,t0'):
            self.refused(self.program(target=RISCV, f=f'{body}\nret'), 'f',
                         'a stack')

    def test_what_is_told_to_be_left_is_left_out(self):
        bodies = {'f': 'cbz r0, 1f\nbx lr\n1: b g', 'g': 'nop\nnop\nbx lr'}
        self.assertEqual(self.program(**bodies).length('f'), 5)
        for kind in ('leave', 'refusal'):
            program = self.program([f'{kind} | f | g | told'], **bodies)
            self.assertEqual(program.length('f'), 2)

    def test_a_bound_of_no_line_is_refused(self):
        for text in ('*p = m;', 'while (n != 0 && p) {'):
            with self.assertRaises(SystemExit):
                self.program([self.bound('n', text)], f=LOOP)

    def test_risc_v_is_read_as_well(self):
        program = self.program(target=RISCV, g='nop\nret',
                               f='beqz a0, 1f\nmv s0, ra\njal g\njr s0\n1: j g')
        self.refused(program, 'f', 'a call or jump to what')
        program = self.program(target=RISCV, g='nop\nret',
                               f='addi sp,sp,-16\nbeqz a0, 1f\njal g\n'
                                 '1: addi sp,sp,16\nj g')
        self.assertEqual(program.length('f'), 9)
        self.assertEqual(program.stack('f'), 16)
        self.refused(self.program(target=RISCV,
                                  f='1: addi a0, a0, -1\nbnez a0, 1b\nret'),
                     'f', 'loop')


if __name__ == '__main__':
    sys.setrecursionlimit(100000)
    unittest.main()
