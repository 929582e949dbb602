// timed_heap.hpp - a memory_resource over the heap that times its calls.
//
// Cost     as call_clock.hpp says.
// Threads  confined, as the clock is.
// Failure  std::bad_alloc where the heap is out of memory.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"

#include "worker/call_clock.hpp"

#include <memory_resource>
#include <new>

namespace tarn::compare {

class TimedHeap final : public std::pmr::memory_resource {
 private:
  void* do_allocate(std::size_t size, std::size_t align) override {
    void* const block = call_clock.time([size, align] {
      return align <= max_align ? default_heap().allocate(size)
                                : default_heap().allocate(size, align);
    });
    if (block == nullptr)
      throw std::bad_alloc();
    return block;
  }

  void do_deallocate(void* p, std::size_t size, std::size_t) override {
    call_clock.time([p, size] { default_heap().deallocate(p, size); });
  }

  bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace tarn::compare
