// EXPECT tarn: fault: 0x* given to the heap: it is free already
#include "tarn/heap.hpp"

#include "support/own_clock.hpp"

#include <cstdint>
#include <cstring>

namespace {

constexpr int count = 5000;
void* blocks[count];

bool lie_together(const void* a, const void* b) {
  constexpr std::uintptr_t slab = 64 * tarn::KiB;
  return reinterpret_cast<std::uintptr_t>(a) / slab ==
         reinterpret_cast<std::uintptr_t>(b) / slab;
}

// More than a full bin gives to the slabs at once, so that all that was given
// back before is with its slab.
void give_others(tarn::Heap& heap, int from, const void* of) {
  for (int i = from; i < from + 200; ++i)
    if (!lie_together(blocks[i], of))
      heap.deallocate(blocks[i]);
}

}  // namespace

int main() {
  tarn::Heap& heap = tarn::default_heap();
  for (void*& block : blocks)
    block = heap.allocate(64);
  void* const twice = blocks[3500];
  void* const kept = blocks[3501];
  if (!lie_together(twice, kept))
    return 1;
  // The bin is full then, and the rest goes to the slabs. The clock stands, or
  // upkeep would thin the bin out on a slow machine.
  for (int i = 0; i < 3000; ++i)
    if (!lie_together(blocks[i], twice))
      heap.deallocate(blocks[i]);
  for (void* const block : blocks)
    if (block != kept && lie_together(block, twice))
      heap.deallocate(block);
  give_others(heap, 4600, twice);
  void* const other = heap.allocate(64);
  // It is in its slab's list and comes into the bin, too.
  heap.deallocate(twice);
  if (heap.allocate(64) != twice)
    return 2;
  std::memset(twice, 0x55, 64);
  heap.deallocate(other);
  // Nobody uses another one of its slab, which would go.
  heap.deallocate(kept);
  give_others(heap, 4800, twice);
}
