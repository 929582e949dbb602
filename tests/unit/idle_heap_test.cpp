// What a thread that idles keeps of a heap goes back while it idles.
// ONLY linux
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "heap/thread_heap.hpp"
#include "os/memory.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstring>
#include <doctest/doctest.h>
#include <set>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

std::byte* page_of(void* p) {
  return static_cast<std::byte*>(p) - detail::address_of(p) % 4096;
}

template <class Condition>
bool comes_true(Condition condition) {
  for (int i = 0; i < 100 && !condition(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    maintain(10'000'000);
  }
  return condition();
}

}  // namespace

TEST_CASE(
    "a blocked thread's slabs go back when others free all their blocks") {
  if (!os::prepare_barrier())
    return;
  Heap heap;
  const std::size_t before = space_stats().held;
  std::barrier filled{2};
  std::barrier over{2};
  std::vector<void*> blocks;
  std::thread blocked{[&] {
    for (std::size_t size = 16; size <= 1024; size += 16)
      for (int i = 0; i < 100; ++i) {
        blocks.push_back(heap.allocate(size));
        std::memset(blocks.back(), 1, size);
      }
    filled.arrive_and_wait();
    over.arrive_and_wait();
    // And the thread goes on with whatever is left.
    for (int i = 0; i < 10'000; ++i) {
      blocks[static_cast<std::size_t>(i % 6400)] = heap.allocate(500);
      std::memset(blocks[static_cast<std::size_t>(i % 6400)], 2, 500);
    }
  }};
  filled.arrive_and_wait();
  for (void* const block : blocks)
    heap.deallocate(block);
  heap::ThreadHeap& own = *heap::own_heaps.at[heap::Domain::of(heap).place];
  heap::send_all(own);
  // Bins hold slots of each class still, and so its slab; most of its pages go.
  std::set<std::byte*> pages;
  for (void* const block : blocks)
    pages.insert(page_of(block));
  CHECK(comes_true([&] {
    return std::count_if(pages.begin(), pages.end(), [](std::byte* page) {
             return os::present(page, 4096) != 0;
           }) < static_cast<std::ptrdiff_t>(pages.size() / 2);
  }));
  over.arrive_and_wait();
  blocked.join();
  CHECK(space_stats().held < before + 16 * MiB);
}
