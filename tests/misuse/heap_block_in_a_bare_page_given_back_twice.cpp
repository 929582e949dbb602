// EXPECT tarn: fault: 0x* given to the heap: it is free already
// ONLY linux
#include "support/bare_page.hpp"

int main() {
  void* const block = tarn::test::block_of_a_bare_page();
  if (block == nullptr)
    return 1;
  tarn::default_heap().deallocate(block);
}
