// own_place.hpp - where a thread finds its part of a heap, for the fast path.
//
// Counted from what the processor knows the thread by, which is the same in all
// threads, so nothing else needs to be read (docs/decisions/0017).
//
// Threads  confined: each thread has its own.
// SPDX-License-Identifier: MIT
#pragma once

#include "heap/thread_heap.hpp"

#include <cstddef>

namespace tarn::heap {

/// Of `own_heaps.at[place]`; no constant, and never 0.
[[nodiscard]] inline std::ptrdiff_t own_offset(unsigned place) noexcept {
  return reinterpret_cast<std::byte*>(&own_heaps.at[place]) -
         static_cast<std::byte*>(__builtin_thread_pointer());
}

[[nodiscard, gnu::always_inline]] inline ThreadHeap& own_heap_at(
    std::ptrdiff_t offset) noexcept {
  return **reinterpret_cast<ThreadHeap**>(
      static_cast<std::byte*>(__builtin_thread_pointer()) + offset);
}

}  // namespace tarn::heap
