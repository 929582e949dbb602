// fixed_pools.hpp - what the tests of slot pools and of fixed heaps ask of
// either.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include <cstddef>
#include <vector>

namespace tarn::test {

/// A lock that counts how often it is taken; one for all pools of a test.
struct CountingLock {
  static inline int held = 0;
  static inline int locked = 0;
  void lock() noexcept {
    ++held;
    ++locked;
  }
  void unlock() noexcept { --held; }
};

inline bool is_aligned(const void* p, std::size_t align) {
  return detail::address_of(p) % align == 0;
}

/// Every slot of a pool, or every block of that size of a heap, which has then
/// none.
template <class Pool, class... Size>
std::vector<void*> all_of(Pool& pool, Size... size) {
  std::vector<void*> all;
  while (void* const one = pool.allocate(static_cast<std::size_t>(size)...))
    all.push_back(one);
  return all;
}

}  // namespace tarn::test
