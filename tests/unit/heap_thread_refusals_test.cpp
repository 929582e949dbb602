// A thread of a heap that is refused memory by the system.
// ONLY linux
// ALONE
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <doctest/doctest.h>
#include <thread>
#include <vector>

using namespace tarn;

TEST_CASE(
    "a thread that finds no memory for a part of a heap gives back still") {
  Heap heap;
  std::vector<void*> blocks;
  for (int i = 0; i < 500; ++i)
    blocks.push_back(heap.allocate(64));
  std::vector<void*> kept;
  os::refuse_requests_after(0);
  while (void* const large = default_heap().allocate(64 * KiB))
    kept.push_back(large);
  std::thread{[&] {
    for (void* const block : blocks)
      heap.deallocate(block);
  }}.join();
  os::refuse_requests_after(-1);
  for (void* const block : kept)
    default_heap().deallocate(block);
  for (int i = 0; i < 500; ++i)
    CHECK(heap.allocate(64) != nullptr);
}
