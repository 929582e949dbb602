#!/usr/bin/env python3
"""sizes.py - what each pool takes of a board's flash and RAM, as
docs/fixed-figures.md says.

    tools/sizes.py [--write]

Links a program for each function of tests/sizes/pools.cpp, on each core, and
subtracts what a program takes that does nothing. Exit status 1 where the table
says something else; --write renews it.
"""
import functools
import pathlib
import sys
import tempfile

from embedded import Core, ROOT, in_parallel, run

DOCUMENT = ROOT / 'docs/fixed-figures.md'
CORES = {'cortex-m0': 'Cortex-M0', 'cortex-m3': 'Cortex-M3'}
POOLS = {
    'slot_pool': '`SlotPool<32, 128>`',
    'slot_pool_over_buffer': '`SlotPool<>`, over a buffer',
    'interrupt_slot_pool': '`InterruptSlotPool<32, 128>`',
    'half_fit': '`FixedHeap<half_fit>`',
    'two_level': '`FixedHeap<two_level>`',
    'aligned_first_fit': '`FixedHeap<aligned_first_fit>`',
    'buddy': '`FixedHeap<buddy>`',
    'first_fit': '`FixedHeap<first_fit>`',
    'best_fit': '`FixedHeap<best_fit>`',
    'half_fit_with_canaries': '`half_fit` with `Canaries`',
    'frame_region': '`FrameRegion`',
    'double_ended_stack': '`DoubleEndedStack`',
    'upstream': '`BufferUpstream`',
    'region': '`Region`, over a `BufferUpstream`',
    'object_pool': '`ObjectPool`, over a `BufferUpstream`',
}
HEAD = '| |' + ''.join(f' {core}: flash | with texts | RAM |'
                       for core in CORES.values())
# docs/fixed.md, "Faults without texts".
NO_TEXTS = ['--defsym=tarn_on_fault=tarn_abort']


def measure(core, objects, folder, pool, options):
    """Bytes of flash and of RAM of a program."""
    program = core.link(objects, folder / f'{pool}{len(options)}.elf',
                        [f'--defsym=measured={pool}', *options])
    text, data, zeros = run([core.tool('size'), program]).split('\n')[1].split(
        )[:3]
    return int(text) + int(data), int(data) + int(zeros)


def sizes_on(name):
    """Of each pool, less what a program that does nothing takes."""
    core = Core(name)
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        objects = [core.compile('tests/sizes/pools.cpp', '-Os', folder)]
        none = measure(core, objects, folder, 'nothing', [])
        sizes = in_parallel([
            functools.partial(measure, core, objects, folder, pool, options)
            for pool in POOLS for options in (NO_TEXTS, [])])
    return [(flash - none[0], all_flash - none[0], ram - none[1])
            for (flash, ram), (all_flash, _) in zip(sizes[::2], sizes[1::2])]


def table():
    columns = [sizes_on(name) for name in CORES]
    rows = [' | '.join(['', what, *(str(size) for sizes in all_sizes
                                    for size in sizes), '']).strip()
            for what, *all_sizes in zip(POOLS.values(), *columns)]
    return '\n'.join([HEAD, '|---|' + '--:|' * 3 * len(CORES), *rows])


def main():
    text = DOCUMENT.read_text()
    begin = text.index(HEAD)
    end = text.index('\n\n', begin)
    now = table()
    if text[begin:end] == now:
        return 0
    if sys.argv[1:] == ['--write']:
        DOCUMENT.write_text(text[:begin] + now + text[end:])
        return 0
    print(f'{DOCUMENT.relative_to(ROOT)} says something else than\n\n{now}\n\n'
          'tools/sizes.py --write renews it')
    return 1


if __name__ == '__main__':
    sys.exit(main())
