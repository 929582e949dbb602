// EXPECT tarn: fault: 0x* given to the heap: it is free already
// ONLY linux
#include "support/bare_page.hpp"

// It comes to its slab with the blocks that others brought back, and is told
// when these would be had.
int main() {
  using namespace tarn::test;
  void* const block = block_of_a_bare_page();
  if (block == nullptr)
    return 1;
  std::thread{[block] { tarn::default_heap().deallocate(block); }}.join();
  for (int i = 0; i < blocks_around; ++i)
    if (tarn::default_heap().allocate(size_around) == block)
      return 1;
}
