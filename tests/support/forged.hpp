// forged.hpp - what is written into free memory by mistake and looks to a pool
// as if it were its own.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/fixed_heap.hpp"

#include <cstdint>
#include <cstring>

namespace tarn::test {

/// Has `write` overflow a block into the head of the free place behind it, and
/// asks for that place. The exit status, if the heap goes on.
template <class Fit, class Write>
int allocate_after_overflow(Write write) {
  static FixedHeap<Fit, 64 * KiB> heap;
  auto* const below = static_cast<std::byte*>(heap.allocate(24));
  void* const freed = heap.allocate(1000);
  void* const wall = heap.allocate(3000);
  heap.deallocate(freed);
  write(below + heap.size_of(below));
  return heap.allocate(900) == wall ? 0 : 1;
}

/// Writes the number of a slot that was never given into a free one, and takes
/// slots. The exit status, if the pool goes on.
template <class Pool>
int allocate_after_a_written_number() {
  static Pool pool;
  void* const slot = pool.allocate();
  pool.deallocate(slot);
  const std::uint32_t number = 2;
  std::memcpy(slot, &number, sizeof number);
  static_cast<void>(pool.allocate());
  void* const once = pool.allocate();
  return once == pool.allocate() ? 1 : 0;
}

}  // namespace tarn::test
