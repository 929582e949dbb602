"""cases.py - cases named by the sentences that they hold.

    @case('a sentence')
    def name(): ...

    sys.exit(run_cases(sys.argv, 3))    # the word there, if any, chooses by name

`crash` chooses the cases whose function's name has it, `^crash` all others.
"""
import traceback

CASES = []


def case(sentence):
    def keep(function):
        CASES.append((sentence, function))
        return function
    return keep


def holds(condition, result):
    if not condition:
        raise AssertionError(f'exit {result.returncode}\n--- output\n'
                             f'{result.stdout}--- errors\n{result.stderr}')


def run_cases(words, place):
    """Exit status 1: some do not hold, or none was asked."""
    word = words[place] if len(words) > place else ''
    wanted = word.removeprefix('^')
    asked = failed = 0
    for sentence, function in CASES:
        if (wanted in function.__name__) == word.startswith('^'):
            continue
        asked += 1
        try:
            function()
            print(f'holds: {sentence}', flush=True)
        except AssertionError as error:
            failed += 1
            where = traceback.extract_tb(error.__traceback__)[-2]
            print(f'DOES NOT HOLD: {sentence}\nline {where.lineno}: '
                  f'{where.line}\n{error}', flush=True)
    return 1 if failed or not asked else 0
