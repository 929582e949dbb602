#!/usr/bin/env python3
"""check_freestanding.py - what a library without an operating system needs.

    tools/check_freestanding.py LIBRARY [NM]

Lists the symbols that LIBRARY uses and does not define. Only what every
compiler brings or asks of its user is allowed: the four functions on memory,
the compiler's own arithmetic, and the two that the board defines. Exit status
1 names every other one.
"""
import re
import subprocess
import sys

ALLOWED = re.compile(
    r'memcpy|memset|memmove|memcmp'
    r'|tarn_write_error|tarn_abort'
    r'|__aeabi_(mem\w+|[iu]?l?div\w*|l[la]s[lr]|lmul|uidiv\w*|idiv\w*)'
    r'|__(u?div|u?mod|u?divmod|mul|ash[lr]|lshr|ctz|clz|popcount)[sdt]i\d'
    r'|_GLOBAL_OFFSET_TABLE_')


def symbols(library, nm, which):
    lines = subprocess.run([nm, '-P', which, library], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    return {line.split()[0] for line in lines if len(line.split()) >= 2}


def main(library, nm='nm'):
    needed = symbols(library, nm, '-u') - symbols(library, nm, '--defined-only')
    refused = sorted(name for name in needed if not ALLOWED.fullmatch(name))
    for name in refused:
        print(f'{library}: needs {name}')
    return 1 if refused else 0


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
