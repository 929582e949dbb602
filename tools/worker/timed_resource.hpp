// timed_resource.hpp - a memory_resource that times the pool behind it.
//
// What is timed is the pool's own call, behind the door that std::pmr is: a
// malloc's operator new is timed behind that door too.
//
// Cost     as call_clock.hpp says.
// Threads  confined.
// Failure  std::bad_alloc where the pool is out of memory.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include "worker/apr_pool.hpp"
#include "worker/call_clock.hpp"

#include <memory_resource>
#include <new>

namespace tarn::compare {

// The pools' own calls.

inline void* pool_allocate(Region& pool, std::size_t size, std::size_t align) {
  return pool.allocate(size, align);
}
inline void pool_deallocate(Region& pool, void* p, std::size_t size,
                            std::size_t) {
  pool.deallocate(p, size);
}

inline void* pool_allocate(AprPool& pool, std::size_t size, std::size_t align) {
  return pool.allocate_block(size, align);
}
inline void pool_deallocate(AprPool&, void*, std::size_t, std::size_t) {}

/// What the standard's pool does when it is not called through its door.
struct OpenMonotonic final : std::pmr::monotonic_buffer_resource {
  using monotonic_buffer_resource::do_allocate;
  using monotonic_buffer_resource::do_deallocate;
  using monotonic_buffer_resource::monotonic_buffer_resource;
};

inline void* pool_allocate(OpenMonotonic& pool, std::size_t size,
                           std::size_t align) {
  return pool.do_allocate(size, align);
}
inline void pool_deallocate(OpenMonotonic& pool, void* p, std::size_t size,
                            std::size_t align) {
  pool.do_deallocate(p, size, align);
}

template <class Pool>
class TimedResource final : public std::pmr::memory_resource {
 public:
  explicit TimedResource(Pool& behind) noexcept : behind_(behind) {}

 private:
  void* do_allocate(std::size_t size, std::size_t align) override {
    void* const block = call_clock.time(
        [this, size, align] { return pool_allocate(behind_, size, align); });
    if (block == nullptr)
      throw std::bad_alloc();
    return block;
  }

  void do_deallocate(void* p, std::size_t size, std::size_t align) override {
    call_clock.time(
        [this, p, size, align] { pool_deallocate(behind_, p, size, align); });
  }

  bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  Pool& behind_;
};

}  // namespace tarn::compare
