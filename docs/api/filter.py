#!/usr/bin/env python3
"""filter.py HEADER - shows doxygen a header as it wants to see one.

Our headers say what they are in plain comments at their top, so that a person
reads them first. Here these become the page of the file and of the class that
it is named after; `inline namespace v1` is left out, since nobody writes it.
"""
# SPDX-License-Identifier: MIT
import pathlib
import re
import sys

FACT = re.compile(r'(Cost|Threads|Failure) +(.*)')


def page(comment):
    """The comment at a header's top as doxygen's, but for its first line."""
    first, *rest = comment
    sentence = first.split(' - ', 1)[-1]
    if not sentence.startswith('tarn'):  # which is a name, and small
        sentence = sentence[0].upper() + sentence[1:]
    lines = ['/**', f' * @brief {sentence}', ' *']
    # A sentence that goes on is still the first.
    while rest and rest[0]:
        lines[-2] += ' ' + rest.pop(0).strip()
    for line in rest:
        fact = FACT.match(line)
        if line.startswith('SPDX'):
            break
        if fact:
            lines += [' *', f' * @par {fact[1]}', f' * {fact[2]}']
        elif line.startswith('         ') and lines[-1].strip(' *'):
            lines.append(' * ' + line.strip())
        else:
            lines.append(f' * {line}'.rstrip())
    return lines[1:] + [' */']


def top_comment(lines, is_c):
    """The lines of the first comment without their signs, and what follows."""
    if is_c:
        end = next(i for i, line in enumerate(lines) if line.strip() == '*/')
        body = [re.sub(r'^(/\*| \*) ?', '', line) for line in lines[:end]]
        return body, lines[end + 1:]
    end = next(i for i, line in enumerate(lines) if not line.startswith('//'))
    return [re.sub(r'^// ?', '', line) for line in lines[:end]], lines[end:]


def main():
    path = pathlib.Path(sys.argv[1])
    is_c = path.suffix == '.h'
    comment, rest = top_comment(path.read_text().splitlines(), is_c)
    said = page(comment)
    made = ['/**', f' * @file {path.name}', *said]
    noun = ''.join(word.capitalize() for word in path.stem.split('_'))
    before = ''
    for line in rest:
        if re.match(r'(inline namespace v1 \{|\}  // namespace v1)$', line):
            continue
        if re.match(rf'class {noun} .*\{{$|class {noun} \{{$', line) and \
                not before.startswith(('///', 'template')):
            made += ['/**', *said]
        if is_c:
            line = re.sub(r'^/\* ', '/** ', line)
            line = re.sub(r'; /\* (.*) \*/$', r'; /**< \1 */', line)
        made.append(line)
        before = line
    print('\n'.join(made))


main()
