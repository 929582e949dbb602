"""mutations.py - the small changes that mutate.py makes to a source text."""
import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Mutation:
    """Puts `put` in place of text[start:end]."""
    operator: str
    start: int
    end: int
    put: str

    def apply(self, text):
        return text[:self.start] + self.put + text[self.end:]

    def line_in(self, text):
        return text.count('\n', 0, self.start) + 1


# Comments, strings, preprocessor lines and what only compilers read: no code.
NO_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<!\d)\'(?:\\.|[^\'\\\n])*\''
    r'|^\s*#[^\n]*|static_assert\s*\([^;]*;|\[\[[^\]]*\]\]|(?:memory_order_|alignas\()\w+',
    re.S | re.M)

RELATIONS = {'<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=',
             '!=': '=='}
JOINTS = {'&&': '||', '||': '&&'}
SIGNS = {'+': '-', '-': '+', '+=': '-=', '-=': '+='}

# A statement that stands alone on its lines: after the end of another one or of
# a condition, from its indent to its semicolon.
STATEMENT = re.compile(
    r'(?<=[;{})])[ \t]*\n[ \t]+(?![ \t])'
    r'(?!return\b|break\b|continue\b|case\b|default\b|using\b|friend\b|else\b)'
    r'(?P<body>[^;{}\n][^;{}]*;)', re.M)
CALL = re.compile(r'[\w.:>\[\]()-]+\(.*\);', re.S)


def blanked(text):
    """The text with everything that is no code turned into spaces."""
    return NO_CODE.sub(
        lambda m: re.sub(r'[^\n]', ' ', m.group()), text)


def swapped(code, operator, table):
    words = sorted(table, key=len, reverse=True)
    pattern = r'(?<= )(' + '|'.join(map(re.escape, words)) + r')(?=\s)'
    for found in re.finditer(pattern, code):
        yield Mutation(operator, *found.span(), table[found.group()])


def closing(code, opening):
    """Where the bracket that opens at `opening` closes."""
    depth = 0
    for at in range(opening, len(code)):
        depth += {'(': 1, ')': -1}.get(code[at], 0)
        if depth == 0:
            return at
    return len(code) - 1


def negated_conditions(text, code):
    for found in re.finditer(r'\b(?:if|while) (?=\()', code):
        end = closing(code, found.end())
        inner = text[found.end() + 1:end]
        yield Mutation('negate a condition', found.end(), end + 1,
                       f'(!({inner}))')


def other_constants(code):
    for found in re.finditer(r"(?<![\w.'])(\d[\d']*)(u?)(?![\w.])", code):
        value = int(found.group(1).replace("'", ''))
        unsigned = found.group(2)
        yield Mutation('a constant, one more', *found.span(),
                       f'{value + 1}{unsigned}')
        if value > 0:
            yield Mutation('a constant, one less', *found.span(),
                           f'{value - 1}{unsigned}')


def dropped_statements(code):
    for found in STATEMENT.finditer(code):
        operator = ('remove a call' if CALL.fullmatch(found.group('body'))
                    else 'drop a statement')
        yield Mutation(operator, *found.span('body'), ';')


def mutations_of(text):
    """All of them, in the order of the text within each kind."""
    code = blanked(text)
    yield from negated_conditions(text, code)
    yield from swapped(code, 'change a relation', RELATIONS)
    yield from swapped(code, 'change a joint', JOINTS)
    yield from swapped(code, 'change a sign', SIGNS)
    yield from other_constants(code)
    for found in re.finditer(r'\b(true|false)\b', code):
        put = 'false' if found.group() == 'true' else 'true'
        yield Mutation('swap true and false', *found.span(), put)
    yield from dropped_statements(code)
