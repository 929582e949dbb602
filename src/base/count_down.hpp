// count_down.hpp - a count that one thread has and others may look at.
//
// Cost     one instruction where the processor counts in memory; a compiler
//          makes three of an atomic load and store.
// Threads  confined to who counts; others may load.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace tarn::base {

/// One less. Whether none is left. Orders nothing.
[[gnu::always_inline]] inline bool count_down(
    std::atomic<std::uint32_t>& count) noexcept {
#if defined(__x86_64__)
  bool is_none = false;
  asm("subl $1, %0" : "+m"(count), "=@ccz"(is_none));
  return is_none;
#else
  const std::uint32_t left = count.load(std::memory_order_relaxed) - 1;
  count.store(left, std::memory_order_relaxed);
  return left == 0;
#endif
}

}  // namespace tarn::base
