#!/usr/bin/env python3
"""snippets.py OUT DOCUMENT... - takes the code out of documents, so that what a
reader copies is what the tests compile and run.

A block of C++, C or CMake has its name in a comment on the line before it,
`<!-- snippet: handler -->`, and goes to OUT/handler.inc. A block of C++ or C
without a name is an error, and so is a name that nobody uses: a file of
snippets/ that includes it, or another test. Line numbers are those of the
document.
"""
# SPDX-License-Identifier: MIT
import pathlib
import re
import sys

NAME = re.compile(r'<!-- snippet: (\w+) -->')
INCLUDE = re.compile(r'#include "(\w+)\.inc"')
HERE = pathlib.Path(__file__).resolve().parent


def blocks(document):
    """Yields (name or None, language, number of the first line, lines)."""
    before = ''
    lines = iter(enumerate(document.read_text().splitlines(), 1))
    for number, line in lines:
        if line.startswith('```') and line != '```':
            body = []
            for _, inner in lines:
                if inner == '```':
                    break
                body.append(inner)
            found = NAME.fullmatch(before.strip())
            yield found and found[1], line[3:], number + 1, body
        before = line


def write_if_new(path, text):
    """So that nothing is compiled again for a document that says the same."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    used = {name for path in (HERE / 'snippets').iterdir()
            for name in INCLUDE.findall(path.read_text())}
    # tests/install/run.sh builds a project with one, tests/one_file the other.
    used |= {'find_package', 'one_file'}
    seen = set()
    for document in map(pathlib.Path, sys.argv[2:]):
        for name, language, first, body in blocks(document):
            place = f'{document}:{first}'
            if name is None:
                if language in ('cpp', 'c'):
                    sys.exit(f'{place}: give this code a name, '
                             '<!-- snippet: NAME -->, and have a file of '
                             'tests/examples/snippets include NAME.inc')
                continue
            if name not in used or name in seen:
                sys.exit(f'{place}: {name} has no test of its own in '
                         'tests/examples/snippets')
            seen.add(name)
            text = '\n'.join(body) + '\n'
            if language in ('cpp', 'c'):
                text = f'#line {first} "{document}"\n{text}'
            write_if_new(out / f'{name}.inc', text)
    for name in sorted(used - seen):
        sys.exit(f'no document shows the code {name}, which a test compiles')
    print('\n'.join(sorted(seen)))


main()
