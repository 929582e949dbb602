#!/usr/bin/env python3
"""check_rooms.py - the rules of the house, read from src/README.md and kept.

    tools/check_rooms.py [ROOT]

  rooms    a file includes only its own room or lower ones; rooms of one level
           do not see each other; every file of the library is in a room
  public   tools, bench and examples include public headers only; bench, which
           rebuilds parts of a pool to measure against, also those in detail
  pools    the rooms up to the pools include no hosted header
  std      a file that uses a name of the commonest standard headers includes
           them: builds that read those for all files would not see it
  words    nothing throws, catches or asks for a type at run time but the doors
  #if      conditional compilation lives only in the rooms that may
  list     each public header has its line in docs/api/README.md
  size     a file over 400 lines is named, for a person to decide

The table in src/README.md is the single source: one row a room, lowest first.
Exit status 1 lists every breach but of the last.
"""
import fnmatch
import functools
import pathlib
import re
import sys

LINES = 400
SOURCES = ('.hpp', '.h', '.cpp', '.cc', '.c')
INCLUDE = re.compile(r'\s*#\s*include\s+([<"])([^>"]+)[>"]')
REFUSED = re.compile(r'\b(throw|try|catch|dynamic_cast|typeid)\b')
CONDITION = re.compile(r'\s*#\s*(if|ifdef|ifndef|elif)\b')

# What C++20 promises to a program without an operating system, as far as every
# compiler that we build with keeps it.
FREESTANDING = {
    'atomic', 'bit', 'cfloat', 'climits', 'compare', 'concepts', 'cstdarg',
    'cstddef', 'cstdint', 'initializer_list', 'limits', 'new', 'source_location',
    'span', 'stddef.h', 'stdint.h', 'type_traits', 'utility', 'version'}
# Of the headers that src/CMakeLists.txt has read once for all files.
NAMES = {header: re.compile(names) for header, names in {
    'atomic': r'std::(atomic|memory_order)',
    'bit': r'std::(bit_|count[lr]_|popcount|rot[lr]\b|has_single_bit|endian)',
    'cstddef': r'std::(size_t|byte|ptrdiff_t|max_align_t|nullptr_t)\b',
    'cstdint': r'std::u?int(8|16|32|64|ptr|max)_t|\bU?INT(8|16|32|64|PTR)_MAX',
    'cstring': r'std::(mem(cpy|move|set|cmp|chr)|str[a-z]+)\(',
    'new': r'::new \(|std::(launder|nothrow|align_val_t|[a-z_]*new_handler)',
    'utility': r'std::(move|forward|exchange|swap|pair|declval|as_const)\b',
}.items()}
POOLS = 2
DOORS = 'doors'


def read_rooms(readme):
    """folder or pattern -> (level, room, whether it may use #if)"""
    rooms = {}
    for line in readme.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
        if len(cells) >= 4 and cells[0].isdigit():
            for pattern in re.findall(r'`([^`]+)`', cells[2]):
                rooms[pattern] = (int(cells[0]), cells[1], cells[3] == 'if')
    return rooms


def room_of(path, rooms):
    found = [p for p in rooms
             if fnmatch.fnmatchcase(path, p) or path.startswith(p + '/')]
    return rooms[max(found, key=len)] if found else None


def resolve(root, file, target):
    """The file of this project that an include names, or None."""
    for folder in (root / 'include', root / 'src', root / 'tests', file.parent):
        found = (folder / target).resolve()
        if found.is_file() and found.is_relative_to(root):
            return str(found.relative_to(root))
    return None


def includes_of(lines):
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1), found.group(2)


def check_library_file(root, file, rooms):
    name = str(file.relative_to(root))
    here = room_of(name, rooms)
    if here is None:
        yield f'{name}: in no room of src/README.md'
        return
    level, room, may_choose = here
    lines = file.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        if CONDITION.match(line) and not may_choose:
            yield f'{name}:{number}: #if outside base, os and doors'
    for number, line in enumerate(lines, 1):
        found = REFUSED.search(re.sub(r'//.*|"[^"]*"', '', line))
        if found and room != DOORS:
            yield f'{name}:{number}: {found.group()} outside the doors'
    for number, bracket, target in includes_of(lines):
        where = f'{name}:{number}'
        if bracket == '<':
            if level <= POOLS and target not in FREESTANDING:
                yield f'{where}: <{target}> needs an operating system'
            continue
        path = resolve(root, file, target)
        there = room_of(path, rooms) if path else None
        if there is None:
            yield f'{where}: "{target}" is in no room'
        elif there[0] > level:
            yield f'{where}: {room} looks up to {there[1]}'
        elif there[0] == level and there[1] != room:
            yield f'{where}: {room} looks aside to {there[1]}'


@functools.cache
def included(root, file):
    """The standard headers of a file, and the files of this project."""
    standard, own = set(), set()
    for _, bracket, target in includes_of(file.read_text().splitlines()):
        if bracket == '<':
            standard.add(target)
        elif path := resolve(root, file, target):
            own.add(root / path)
    return standard, own


def standard_headers(root, file):
    """Those that a file includes, or what it includes of this project does."""
    found, seen, to_see = set(), set(), {file}
    while to_see:
        seen |= to_see
        standard, own = zip(*(included(root, each) for each in to_see))
        found = found.union(*standard)
        to_see = set().union(*own) - seen
    return found


def check_read_once(root):
    """Whoever has another header read for all files says its names here."""
    listed = re.search(r'set\(headers ([^)]*)\)',
                       (root / 'src/CMakeLists.txt').read_text())
    for header in re.findall('<([^>]+)>', listed.group(1)):
        if header not in NAMES:
            yield f'src/CMakeLists.txt: NAMES has no names of <{header}>'


def check_standard(root, file):
    text = re.sub(r'//.*|"[^"\n]*"', '', file.read_text())
    used = {header for header, names in NAMES.items() if names.search(text)}
    for header in sorted(used - standard_headers(root, file)):
        yield (f'{file.relative_to(root)}: <{header}> is not included, but '
               f'{NAMES[header].search(text).group()} used')


def check_user_file(root, file):
    name = str(file.relative_to(root))
    top = name.split('/', 1)[0]
    for number, _, target in includes_of(file.read_text().splitlines()):
        path = resolve(root, file, target)
        if path is None or path.startswith(top + '/'):
            continue
        is_public = path.startswith('include/') and (
            '/detail/' not in path or name.startswith('bench/'))
        if not is_public:
            yield f'{name}:{number}: "{target}" is not a public header'


def files_in(root, folder):
    for file in sorted((root / folder).rglob('*')):
        if file.suffix in SOURCES and file.is_file():
            yield file


def check_list(root):
    """Who reads the list of headers finds each of them."""
    page = root / 'docs/api/README.md'
    text = page.read_text() if page.is_file() else ''
    for file in sorted((root / 'include/tarn').glob('*.h*')):
        if f'`tarn/{file.name}`' not in text:
            yield f'docs/api/README.md: tarn/{file.name} is missing'


def main(root):
    root = pathlib.Path(root).resolve()
    rooms = read_rooms(root / 'src/README.md')
    breaches = [*check_list(root), *check_read_once(root)]
    for folder in ('include', 'src'):
        for file in files_in(root, folder):
            breaches += check_library_file(root, file, rooms)
            breaches += check_standard(root, file)
    for folder in ('tools', 'bench', 'examples'):
        for file in files_in(root, folder):
            breaches += check_user_file(root, file)
    for folder in ('include', 'src', 'tools', 'bench', 'examples', 'tests'):
        for file in files_in(root, folder):
            lines = len(file.read_text().splitlines())
            if lines > LINES:
                print(f'note: {file.relative_to(root)} has {lines} lines')
    print('\n'.join(breaches) or f'rooms: {len(rooms)} entries, in order')
    return 1 if breaches else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else
                  pathlib.Path(__file__).resolve().parent.parent))
