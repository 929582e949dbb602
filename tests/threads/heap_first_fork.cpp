// A fork while another thread makes the very first call to the heap.
#include "tarn/heap.hpp"

#include "support/first_fork.hpp"

int main() {
  return tarn::test::fork_at_first([] {
    tarn::Heap& heap = tarn::default_heap();
    void* const block = heap.allocate(100);
    heap.deallocate(block);
    return block != nullptr;
  });
}
