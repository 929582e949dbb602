// EXPECT tarn: fault: 0x* given to the heap: it is free already
// ONLY linux
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <chrono>
#include <thread>

namespace {

// It comes to its slab with the blocks that others brought back, and is told
// when these would be had.
constexpr int blocks = 200;
void* block[blocks];

bool is_there(void* p) {
  auto* const page = static_cast<std::byte*>(p) -
                     tarn::detail::address_of(p) % tarn::os::page_size();
  return tarn::os::present(page, tarn::os::page_size()) != 0;
}

// Light work, by which a heap's duties come.
void work() {
  for (int i = 0; i < 1000; ++i)
    tarn::default_heap().deallocate(tarn::default_heap().allocate(16));
  tarn::maintain(1'000'000);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

}  // namespace

int main() {
  for (void*& p : block)
    p = tarn::default_heap().allocate(8000);
  // Each slab keeps one.
  for (int i = 0; i < blocks; ++i)
    if (i % 16 != 0)
      tarn::default_heap().deallocate(block[i]);
  for (int i = 0; i < 1000 && is_there(block[101]); ++i)
    work();
  if (is_there(block[101]))
    return 1;
  std::thread{[] { tarn::default_heap().deallocate(block[101]); }}.join();
  for (int i = 0; i < blocks; ++i)
    if (tarn::default_heap().allocate(8000) == block[101])
      return 1;
}
