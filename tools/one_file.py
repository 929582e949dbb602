#!/usr/bin/env python3
"""one_file.py - the pools of a fixed budget as one header, to take along.

    tools/one_file.py FOLDER [ROOT]

Writes two files into FOLDER, the same for the same sources:

  tarn_fixed.hpp  every public header of the room `fixed`, checks.hpp and the C
                  functions, with all that they include; and, where
                  TARN_FIXED_IMPLEMENTATION is defined, their sources
  tarn_fixed.h    the C functions alone

A file comes where it is included first, as the compiler would see it; includes
of the system come before everything. Which headers are the room's is read from
src/README.md, the version from CMakeLists.txt.
"""
import pathlib
import re
import sys

from check_rooms import read_rooms, resolve

ROOM = 'fixed'
INCLUDE = re.compile(r'\s*#\s*include\s+([<"])([^>"]+)[>"]')
OPENS = re.compile(r'\s*#\s*if')
CLOSES = re.compile(r'\s*#\s*endif')
DROPPED = re.compile(r'#pragma once|(//| \*) SPDX-License-Identifier: ')

# What no header leads to: each is called by name only.
MORE_HEADERS = ('include/tarn/checks.hpp', 'include/tarn/fixed.h')
MORE_SOURCES = ('src/base/no_swap.cpp', 'src/doors/c_api_fixed.cpp',
                'src/doors/c_api_frames.cpp', 'src/os/alone/last_words.cpp',
                'src/port/fault_text.cpp')

HEAD = '''// tarn_fixed.hpp - pools inside a buffer of yours, in one file.
//
// tarn {version}, made by tools/one_file.py: change the sources, not this.
//
// Include it where you need it. In one C++20 source of the program say
//
//     #define TARN_FIXED_IMPLEMENTATION
//     #include "tarn_fixed.hpp"
//
// which brings what is not inline, and the functions of tarn_fixed.h for C. It
// needs the headers of a freestanding C++ and the four functions on memory that
// every compiler asks for (memcpy, memmove, memset, memcmp). Where there is no
// C library, a fault calls tarn_write_error(text, size) and tarn_abort(), which
// you define, or the tarn_on_fault() that you define in place of both.
//
// SPDX-License-Identifier: MIT
// {copyright}; the whole text is at the end.
#ifndef TARN_FIXED_HPP
#define TARN_FIXED_HPP
'''
C_HEAD = '''/* tarn_fixed.h - pools inside a buffer of yours, for C.
 *
 * tarn {version}, made by tools/one_file.py: change the sources, not this.
 *
 * The functions are in tarn_fixed.hpp, which one C++ source of the program
 * includes with TARN_FIXED_IMPLEMENTATION defined; link by the C++ compiler, or
 * with -nostdlib -lgcc as boards do: no C++ runtime is needed.
 *
 * SPDX-License-Identifier: MIT
 * {copyright}; the whole text is at the end.
 */
'''


def without_repeats(lines):
    """Of an explicit instantiation that several sources have, each for what is
    defined in it, one file has but the last, where all is defined."""
    last = {line: i for i, line in enumerate(lines)}
    return [line for i, line in enumerate(lines)
            if not line.startswith('template class ') or last[line] == i]


class Walk:
    """Writes files one behind the other, each with what it includes before."""

    def __init__(self, root, seen=()):
        self.root = root
        self.seen = set(seen)
        self.system = set()
        self.lines = []

    def add(self, name):
        if name in self.seen:
            return
        self.seen.add(name)
        file = self.root / name
        depth = 0
        own = []
        for line in file.read_text().splitlines():
            found = INCLUDE.match(line)
            depth += bool(OPENS.match(line)) - bool(CLOSES.match(line))
            if found and found.group(1) == '"':
                # Written before its user, but inside the guard of a C header.
                self.add(resolve(self.root, file, found.group(2)))
            elif found and depth == 0:
                self.system.add(found.group(2))
            elif not DROPPED.match(line):
                own.append(line)
        self.lines += [f'// ---- {name} ----' if not name.endswith('.h') else
                       f'/* ---- {name} ---- */', *own, '']

    def text(self):
        """All of it, with one empty line where several followed."""
        system = [f'#include <{name}>' for name in sorted(self.system)]
        text = '\n'.join([*system, '', *without_repeats(self.lines)])
        return re.sub(r'\n{3,}', '\n\n', text).strip('\n') + '\n'


def public_headers(root):
    rooms = read_rooms(root / 'src/README.md')
    return sorted(path for path, (_, room, _) in rooms.items()
                  if room == ROOM and path.startswith('include/')
                  and '/detail/' not in path)


def sources_of(root, headers):
    """The room's sources, those named above, and whatever defines what they
    include: the source that lies beside a header of src/."""
    names = {str(path.relative_to(root))
             for path in (root / 'src' / ROOM).glob('*.cpp')}
    names.update(MORE_SOURCES)
    while True:
        walk = Walk(root, headers)
        for name in sorted(names):
            walk.add(name)
        beside = {str(pathlib.PurePath(name).with_suffix('.cpp'))
                  for name in walk.seen if name.startswith('src/')
                  and name.endswith('.hpp')}
        found = {name for name in beside if (root / name).is_file()} - names
        if not found:
            return walk
        names |= found


def facts(root):
    version = re.search(r'project\(tarn VERSION ([\d.]+)',
                        (root / 'CMakeLists.txt').read_text())
    licence = (root / 'LICENSE').read_text().strip()
    copyright_line = re.search(r'^Copyright.*$', licence, re.M)
    return {'version': version.group(1),
            'copyright': copyright_line.group()}, licence


def in_comment(text):
    return '/*\n' + '\n'.join(f' * {line}'.rstrip()
                              for line in text.splitlines()) + '\n */\n'


def main(folder, root):
    root = pathlib.Path(root).resolve()
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    words, licence = facts(root)

    headers = Walk(root)
    for name in [*public_headers(root), *MORE_HEADERS]:
        headers.add(name)
    sources = sources_of(root, headers.seen)
    (folder / 'tarn_fixed.hpp').write_text(
        HEAD.format(**words) + '\n' + headers.text() +
        '\n#endif  // TARN_FIXED_HPP\n\n'
        '#if defined(TARN_FIXED_IMPLEMENTATION) && '
        '!defined(TARN_FIXED_IMPLEMENTED)\n#define TARN_FIXED_IMPLEMENTED\n\n' +
        sources.text() + '\n#endif  // TARN_FIXED_IMPLEMENTATION\n\n' +
        in_comment(licence))

    for_c = Walk(root)
    for_c.add('include/tarn/fixed.h')
    (folder / 'tarn_fixed.h').write_text(
        C_HEAD.format(**words) + '\n' + for_c.text() + '\n' +
        in_comment(licence))


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else
         pathlib.Path(__file__).resolve().parent.parent)
