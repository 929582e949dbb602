// bare_page.hpp - a free block of the default heap whose page went back to the
// system: it has lost its key, and its slab knows of it.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <chrono>
#include <thread>

namespace tarn::test {

inline constexpr int blocks_around = 200;
inline constexpr std::size_t size_around = 8000;

inline bool is_there(void* p) {
  auto* const page =
      static_cast<std::byte*>(p) - detail::address_of(p) % os::page_size();
  return os::present(page, os::page_size()) != 0;
}

// Light work, by which a heap's duties come.
inline void work_lightly() {
  for (int i = 0; i < 1000; ++i)
    default_heap().deallocate(default_heap().allocate(16));
  maintain(1'000'000);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

/// One of `blocks_around` blocks, most of which are free. Null: its page stays.
inline void* block_of_a_bare_page() {
  void* blocks[blocks_around];
  for (void*& p : blocks)
    p = default_heap().allocate(size_around);
  // Each slab keeps one.
  for (int i = 0; i < blocks_around; ++i)
    if (i % 16 != 0)
      default_heap().deallocate(blocks[i]);
  void* const found = blocks[101];
  for (int i = 0; i < 1000 && is_there(found); ++i)
    work_lightly();
  return is_there(found) ? nullptr : found;
}

}  // namespace tarn::test
