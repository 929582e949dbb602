"""disassembly.py - a linked program as instructions, and where each leads.

    code, begins = read_program('arm-none-eabi-objdump', 'program.elf')

`code` is by address; `begins` names the functions by the address of their first
instruction. Knows Thumb and 32-bit RISC-V.
"""
import dataclasses
import os
import re
import subprocess

CONDITIONS = 'eq|ne|cs|cc|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le'
BY_REGISTER = 'a call or jump to what a register says'
BY_CONDITION = 'a call on a condition'
STACK_BY_REGISTER = 'a stack that grows by what a register says'


@dataclasses.dataclass
class Instruction:
    address: int
    text: str
    function: str
    line: str = ''          # SOURCE:NUMBER
    inlined: tuple = ()     # the lines of the calls it is in, outermost first
    goes: tuple = ()        # addresses that may come next
    calls: int = None       # the function that it calls
    becomes: int = None     # the function that it jumps to
    returns: bool = False
    branches: bool = False  # on a condition
    stores: bool = False    # elsewhere than onto the stack
    pushes: int = 0         # bytes that the stack grows by
    refused: str = ''       # why it cannot be followed


def target_of(text):
    found = re.search(r'\b([0-9a-f]+) <', text)
    return int(found[1], 16) if found else None


def pushed_by_thumb(name, operands):
    if name == 'push' or name == 'stmdb' and operands.startswith('sp!'):
        return 4 * (operands.split('{')[1].count(',') + 1)
    found = (re.match(r'sp,(?: sp,)? #(\d+)', operands)
             if name in ('sub', 'subw') else
             re.search(r'\[sp, #-(\d+)\]!', operands))
    return int(found[1]) if found else 0


def moves_stack_by_register(name, operands, number):
    """Whether it sets the stack's pointer, to what no `number` tells."""
    return name == 'vpush' or (operands.startswith('sp,') and name != 'cmp' and
                               not re.fullmatch(f'sp,(?: ?sp,)? ?{number}',
                                                operands))


def leave_thumb(it, name, operands):
    """What an instruction does that changes the program counter otherwise."""
    it.returns = (name == 'bx' and operands == 'lr' or name == 'pop' or
                  name in ('ldm', 'ldmia') and operands.startswith('sp!') or
                  name == 'ldr' and operands.startswith('pc, [sp]'))
    if not it.returns and name != 'udf':
        it.refused = BY_REGISTER


def read_thumb(it, behind):
    operation, _, operands = it.text.partition(' ')
    name = re.sub(r'\.[nw]$', '', operation)
    # One on a condition need not happen.
    it.stores = (name.startswith('str') and '[sp' not in operands and
                 not re.fullmatch(f'str[bhd]?({CONDITIONS})', name))
    it.pushes = pushed_by_thumb(name, operands)
    found = re.fullmatch(
        rf'(b|bl|bx|blx|pop|ldmia|ldm|ldr|mov|add|tbb|tbh|udf)({CONDITIONS})?',
        name)
    plain, condition = found.groups() if found else (name, None)
    is_left = (plain in ('bx', 'bxns', 'tbb', 'tbh', 'udf') or
               operands.startswith('pc,') or
               plain.startswith(('pop', 'ldm')) and
               re.search(r'{.*\bpc\b.*}', operands))
    if moves_stack_by_register(name, operands, r'#\d+'):
        it.refused = STACK_BY_REGISTER
    if plain in ('b', 'cbz', 'cbnz'):
        it.branches = name != 'b'
        it.goes = (target_of(operands),)
        if not it.branches:
            return
    elif plain == 'bl' and condition is None:
        it.calls = target_of(operands)
    elif plain == 'bl':
        it.refused = BY_CONDITION
    elif plain in ('blx', 'blxns'):
        it.refused = BY_REGISTER
    elif is_left:
        leave_thumb(it, plain, operands)
        if condition is None:
            return
    it.goes += (behind,)


def read_riscv(it, behind):
    name, _, operands = it.text.partition(' ')
    target = target_of(operands)
    it.stores = name in ('sb', 'sh', 'sw') and '(sp)' not in operands
    if found := re.match(r'sp,sp,-(\d+)', operands):
        it.pushes = int(found[1])
    if moves_stack_by_register(name, operands, r'-?\d+( #.*)?'):
        it.refused = STACK_BY_REGISTER
    if name == 'ret':
        it.returns = True
    elif name == 'j':
        it.goes = (target,)
    elif name.startswith('b') and target is not None:
        it.branches = True
        it.goes = (target, behind)
    elif name in ('jal', 'jalr') and target is not None:
        it.calls = target
        it.goes = (behind,)
    elif name in ('jr', 'jalr', 'jal', 'mret', 'sret', 'dret'):
        it.refused = BY_REGISTER
        it.goes = (behind,) if name.startswith('jal') else ()
    elif name != 'unimp':
        it.goes = (behind,)


READERS = {'elf32-littlearm': read_thumb, 'elf32-littleriscv': read_riscv}


class Reader:
    """Takes the lines of objdump; keeps what the last ones said of places."""

    def __init__(self):
        self.code = {}
        self.begins = {}
        self.function = ''
        self.line = ''
        self.inlined = []
        self.is_place_new = False

    def take(self, text):
        if found := re.match(r'([0-9a-f]+) <(.*)>:$', text):
            self.function, self.line, self.inlined = found[2], '', []
            self.begins[int(found[1], 16)] = found[2]
        elif found := re.match(r'\s*([0-9a-f]+):\s+([^.\s].*)$', text):
            self.add(int(found[1], 16), found[2].replace('\t', ' '))
        elif found := re.match(r'inlined by (\S+:\d+)', text):
            if not self.is_place_new:
                self.inlined = []
            self.inlined.insert(0, os.path.normpath(found[1]))
            self.is_place_new = True
        elif found := re.match(r'(\S+:\d+)( \(discriminator \d+\))?$', text):
            self.line, self.inlined = os.path.normpath(found[1]), []
            self.is_place_new = True

    def add(self, address, text):
        if target_of(text) is None:
            text = re.split(r'\s+[@;#] ', text)[0]
        self.code[address] = Instruction(address, text, self.function,
                                         self.line, tuple(self.inlined))
        self.is_place_new = False


def follow(it, code, begins):
    """A jump to another function is a call that returns for its caller."""
    for address in it.goes:
        name = begins.get(address, it.function)
        if name != it.function and not name.endswith('.cold]'):
            it.becomes = address
    it.goes = tuple(a for a in it.goes if a not in (it.becomes, None))
    for address in (it.calls, it.becomes, *it.goes):
        if address is not None and address not in code:
            it.refused = 'a way out of the program'


def read_program(objdump, program):
    lines = subprocess.run(
        [objdump, '-d', '-l', '-C', '--inlines', '--no-show-raw-insn', program],
        check=True, capture_output=True, text=True).stdout.splitlines()
    read = READERS[re.search(r'file format (\S+)', '\n'.join(lines[:4]))[1]]
    reader = Reader()
    for text in lines:
        reader.take(text)
    code, begins = reader.code, reader.begins
    addresses = sorted(code)
    for address, behind in zip(addresses, [*addresses[1:], None]):
        read(code[address], behind)
        follow(code[address], code, begins)
    return code, begins
