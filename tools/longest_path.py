#!/usr/bin/env python3
"""longest_path.py - the most instructions that a call of a function executes.

    tools/longest_path.py [--objdump TOOL] [--told FILE] [--served]
                          [--set NAME=N]... PROGRAM FUNCTION...

Goes every way through each FUNCTION of PROGRAM, linked for Thumb or 32-bit
RISC-V with debug lines, and through what it calls, and prints the length of the
longest. Ways that come to no return are left out: those of faults. Refused
(`UNBOUNDED: ...`, exit status 1) are a loop without a limit, recursion, and a
call or jump to what a register says.

FILE has a line for each thing that a person knows and the binary does not say:

    bound | SOURCE | FUNCTION | LIMIT | why | TEXT
        The lines of SOURCE that are TEXT, in the definition of FUNCTION, run at
        most LIMIT times in one call of it, all together: a way along which they
        ran so often does not run them again. LIMIT is a sum of numbers and of
        names that --set gives. A line that begins with `if`, `for` or `while`
        has one condition and runs when a branch of it does; every other line
        runs when it stores. So any line that each pass of a loop runs bounds
        the loop, and loops share a limit where TEXT is the same.
    shared | FUNCTION | LIMIT | why | FUNCTION, ...
        In one call of the first, what bounds the others runs at most LIMIT
        times, all together.
    whole | FUNCTION | why
        A loop that has lines of FUNCTION alone, where that is inlined, is one of
        its own, and not one around a call of it whose own lines were folded
        away. Without this row such a loop is refused.
    leave | CALLER | CALLEE | why
        A way on which the one calls the other, or jumps to it, is left out.
    refusal | CALLER | CALLEE | why
        The same where --served asks of calls that are given what they ask for.

What is believed: the persons, and the lines that the compiler says, for which two
calls of a function in one line are one.
"""
import argparse
import collections
import dataclasses
import pathlib
import re
import sys

from disassembly import read_program

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Unbounded(Exception):
    """What cannot be proven."""


@dataclasses.dataclass(frozen=True)
class Bound:
    source: str
    function: str
    limit: int
    text: str

    @property
    def is_condition(self):
        return self.text.startswith(('if ', 'for ', 'while ', '} while '))

    def lines(self):
        """The lines that are meant, as SOURCE:NUMBER."""
        if self.is_condition and ('&&' in self.text or '||' in self.text):
            raise SystemExit(f'`{self.text}` has more conditions than one')
        found, is_inside = [], False
        path = ROOT / self.source
        for number, text in enumerate(path.read_text().splitlines(), 1):
            if text.startswith('}'):
                is_inside = False
            elif f'{self.function}(' in text and not text.startswith(' '):
                is_inside = True
            elif is_inside and text.strip() == self.text:
                found.append(f'{path}:{number}')
        if not found:
            raise SystemExit(f'{self.source}: {self.function} has no line '
                             f'`{self.text}`')
        return found


@dataclasses.dataclass(frozen=True)
class Shared:
    function: str
    limit: int
    among: tuple


class Told:
    """What a file of bounds says."""

    def __init__(self, path, names, is_served):
        self.names = names
        self.bounds = {}  # by line
        self.shared = []
        self.left = []    # pairs of caller and callee
        self.whole = set()
        texts = pathlib.Path(path).read_text().splitlines() if path else ()
        for text in texts:
            kind, *cells = [cell.strip() for cell in text.split(' | ', 5)]
            if kind == 'bound' and len(cells) == 5:
                bound = Bound(*cells[:2], self.sum_of(cells[2]), cells[4])
                self.bounds.update(dict.fromkeys(bound.lines(), bound))
            elif kind == 'shared' and len(cells) == 4:
                self.shared.append(Shared(cells[0], self.sum_of(cells[1]),
                                          tuple(cells[3].split(', '))))
            elif kind == 'whole' and len(cells) == 2:
                self.whole.add(cells[0])
            elif kind in ('leave', 'refusal') and len(cells) == 3:
                if kind == 'leave' or is_served:
                    self.left.append(tuple(cells[:2]))
            elif text and not text.startswith('#'):
                raise SystemExit(f'{path}: not understood: {text}')

    def sum_of(self, limit):
        return sum(int(self.names.get(term, term))
                   for term in limit.split(' + '))

    def shared_in(self, function):
        """The limit that the calls in one of `function` share, none used."""
        return next(((row, 0) for row in self.shared
                     if is_named(f'{row.function}(', f'{function}(')), None)


def is_named(part, function):
    """Whether words of a function's name are `part`."""
    return re.search(r'\b' * part[0].isalpha() + re.escape(part), function)


def met(limited, spent, shared):
    """`spent` and `shared` when an instruction with a limit runs once more;
    `spent` is None where it may not."""
    bound, inlined = limited
    counts = dict(spent)
    counts[limited] = counts.get(limited, 0) + 1
    if counts[limited] > bound.limit:
        return None, shared
    if shared is not None and bound.function in shared[0].among:
        shared = shared[0], shared[1] + 1
        if shared[1] > shared[0].limit:
            return None, shared
    # What it calls, and was put in its place, is called anew.
    kept = [(key, count) for key, count in counts.items()
            if key[1] == inlined or key[1][:len(inlined)] != inlined]
    return tuple(sorted(kept, key=repr)), shared


def loops_in(nodes, goes):
    """The largest sets of nodes of which each leads to all others (Tarjan)."""
    number, low, stack, found = {}, {}, [], []

    def visit(node):
        number[node] = low[node] = len(number)
        stack.append(node)
        for other in goes(node):
            if other in nodes and other not in number:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == number[node]:
            at = stack.index(node)
            loop = set(stack[at:])
            del stack[at:]
            if len(loop) > 1 or node in goes(node):
                found.append(loop)

    for node in nodes:
        if node not in number:
            visit(node)
    return found


class Program:
    """The longest ways through the functions of a program."""

    def __init__(self, code, begins, told):
        self.code = code
        self.begins = begins
        self.entries = {name: address for address, name in begins.items()}
        self.told = told
        self.lengths = {}  # by entry and shared limit
        self.entered = []  # functions, from the outermost
        self.alive = self.find_alive()

    def is_left(self, it, callee):
        name = self.begins.get(callee, '')
        return any(is_named(caller, it.function) and is_named(left, name)
                   for caller, left in self.told.left)

    def is_unknown(self, it):
        """Whether it leads to where a return may be for all we know."""
        return it.refused and not it.goes

    def leads_on(self, it, alive):
        if it.calls is not None and (it.calls not in alive or
                                     self.is_left(it, it.calls)):
            return False
        if it.becomes in alive and not self.is_left(it, it.becomes):
            return True
        return it.returns or any(address in alive for address in it.goes)

    def find_alive(self):
        """The instructions from which a way leads to a return."""
        before = collections.defaultdict(set)
        for it in self.code.values():
            for address in (it.calls, it.becomes, *it.goes):
                before[address].add(it.address)
        alive = set()
        ready = [it.address for it in self.code.values()
                 if it.returns or self.is_unknown(it)]
        while ready:
            address = ready.pop()
            it = self.code[address]
            if address not in alive and (self.is_unknown(it) or
                                         self.leads_on(it, alive)):
                alive.add(address)
                ready += before[address]
        return alive

    def goes(self, address):
        return [a for a in self.code[address].goes if a in self.alive]

    def bound_of(self, it):
        """What limits how often an instruction runs, and in which call."""
        bound = self.told.bounds.get(it.line)
        if bound and (it.branches if bound.is_condition else it.stores):
            return bound, it.inlined
        return None

    def refuse(self, it, what):
        where = it.line.removeprefix(f'{ROOT}/') or 'no known line'
        raise Unbounded(f'UNBOUNDED: {what} at {where} in {it.function}')

    def check_loops(self, nodes):
        """Each loop has a limit of the function that it is written in, not only
        one of a call that it makes again and again."""
        for loop in loops_in(nodes, self.goes):
            depth = min(len(self.code[a].inlined) for a in loop)
            limited = {a for a in loop if self.bound_of(self.code[a])
                       and len(self.code[a].inlined) == depth}
            if not limited:
                self.refuse(self.code[min(loop)], 'loop')
            for address in limited:
                bound = self.bound_of(self.code[address])[0]
                if depth != 0 and bound.function not in self.told.whole:
                    self.refuse(self.code[address], 'a loop of inlined lines')
                if self.counts_twice(address):
                    self.refuse(self.code[address], 'a line that counts twice')
            self.check_loops(loop - limited)

    def counts_twice(self, address):
        """Whether another instruction follows that the same run of a line
        executes: for certain, or as the next condition of one line."""
        it = self.code[address]
        limited, seen = self.bound_of(it), {address}
        for other in self.goes(address):
            while other not in seen:
                seen.add(other)
                if self.bound_of(self.code[other]) == limited:
                    return True
                behind = self.goes(other)
                if len(behind) != 1 or (limited[0].is_condition and
                                        self.code[other].line != it.line):
                    break
                other = behind[0]
        return False

    def inside(self, entry):
        seen, ready = set(), [entry]
        while ready:
            address = ready.pop()
            if address not in seen:
                seen.add(address)
                ready += self.goes(address)
        return seen

    def length(self, name):
        """Of the longest way through a function, from its name on."""
        self.entered = []
        lengths = self.call(self.entries[name], None)
        if not lengths:
            raise Unbounded('UNBOUNDED: it never returns')
        return max(lengths.values())

    def stack(self, name):
        """Bytes of the stack that a call takes at most."""
        return self.stack_of(self.entries[name])

    def stack_of(self, entry):
        inside = [self.code[address] for address in self.inside(entry)]
        own = sum(it.pushes for it in inside)
        return max([own,
                    *(own + self.stack_of(it.calls) for it in inside
                      if it.calls is not None
                      and not self.is_left(it, it.calls)),
                    *(self.stack_of(it.becomes) for it in inside
                      if it.becomes is not None
                      and not self.is_left(it, it.becomes))])

    def call(self, entry, shared):
        """How long a call is at most, by what it leaves of a limit that calls
        share: `shared` is that limit and how often it was met."""
        known = entry, shared
        if known not in self.lengths:
            if entry in self.entered:
                self.refuse(self.code[entry], 'recursion')
            self.entered.append(entry)
            self.check_loops(self.inside(entry))
            begun = shared or self.told.shared_in(self.begins[entry])
            found = self.ways(entry, (), begun, {})
            if begun != shared:
                found = {None: max(found.values())} if found else {}
            self.lengths[known] = found
            self.entered.pop()
        return self.lengths[known]

    def ways(self, address, spent, shared, known):
        """The same from an instruction on, when `spent` is how often each limit
        was met in this call."""
        here = address, spent, shared
        if here in known:
            return known[here]
        if address not in self.alive:
            return {}
        it = self.code[address]
        if it.refused:
            self.refuse(it, it.refused)
        found = {}
        limited = self.bound_of(it)
        if limited is not None:
            spent, shared = met(limited, spent, shared)
        if spent is not None:
            for after, own in self.call_of(it, it.calls, shared).items():
                for left, rest in self.ways_behind(it, spent, after, known):
                    found[left] = max(found.get(left, 0), 1 + own + rest)
        known[here] = found
        return found

    def call_of(self, it, callee, shared):
        if callee is None:
            return {shared: 0}
        return {} if self.is_left(it, callee) else self.call(callee, shared)

    def ways_behind(self, it, spent, shared, known):
        if it.returns:
            yield shared, 0
        if it.becomes is not None:
            yield from self.call_of(it, it.becomes, shared).items()
        for address in it.goes:
            yield from self.ways(address, spent, shared, known).items()


def main():
    usage = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    usage.add_argument('--objdump', default='arm-none-eabi-objdump')
    usage.add_argument('--told')
    usage.add_argument('--served', action='store_true')
    usage.add_argument('--set', action='append', default=[])
    usage.add_argument('program')
    usage.add_argument('functions', nargs='+')
    given = usage.parse_args()
    names = dict(text.split('=') for text in given.set)
    program = Program(*read_program(given.objdump, given.program),
                      Told(given.told, names, given.served))
    is_refused = False
    for name in given.functions:
        try:
            print(name, program.length(name))
        except Unbounded as why:
            print(name, why)
            is_refused = True
    return 1 if is_refused else 0


if __name__ == '__main__':
    sys.setrecursionlimit(100000)
    sys.exit(main())
