// allocator.hpp - standard allocators over a Region and over a Heap, without a
// virtual call.
//
//     tarn::Region request;
//     std::vector<int, tarn::RegionAllocator<int>> ids{{request}};
//     std::list<int, tarn::HeapAllocator<int>> waiting;  // of default_heap()
//
// Containers that are copied keep their allocator, those that are moved or
// swapped take it along (docs/contract.md has the table).
//
// Cost     the pool's own.
// Threads  as the pool: a region's is confined, a heap's is shared.
// Failure  allocate throws std::bad_alloc.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include <new>
#include <type_traits>

namespace tarn {
inline namespace v1 {

template <class T>
class RegionAllocator {
 public:
  using value_type = T;
  using propagate_on_container_copy_assignment = std::false_type;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;
  using is_always_equal = std::false_type;

  RegionAllocator(Region& region) noexcept : region_(&region) {}
  template <class Other>
  RegionAllocator(const RegionAllocator<Other>& other) noexcept
      : region_(&other.region()) {}

  [[nodiscard]] T* allocate(std::size_t count) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, sizeof(T), &bytes))
      throw std::bad_array_new_length{};
    void* const block = region_->allocate(bytes, alignof(T));
    if (block == nullptr)
      throw std::bad_alloc{};
    return static_cast<T*>(block);
  }

  void deallocate(T* p, std::size_t count) noexcept {
    region_->deallocate(p, count * sizeof(T));
  }

  [[nodiscard]] Region& region() const noexcept { return *region_; }

  template <class Other>
  bool operator==(const RegionAllocator<Other>& other) const noexcept {
    return region_ == &other.region();
  }

 private:
  Region* region_;
};

/// The same over a heap; without an argument over default_heap(). What one
/// allocated, any other of the same heap may deallocate, on any thread.
template <class T>
class HeapAllocator {
 public:
  using value_type = T;
  using propagate_on_container_copy_assignment = std::false_type;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;
  using is_always_equal = std::false_type;

  HeapAllocator() noexcept : heap_(&default_heap()) {}
  HeapAllocator(Heap& heap) noexcept : heap_(&heap) {}
  template <class Other>
  HeapAllocator(const HeapAllocator<Other>& other) noexcept
      : heap_(&other.heap()) {}

  [[nodiscard]] T* allocate(std::size_t count) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, sizeof(T), &bytes))
      throw std::bad_array_new_length{};
    void* const block = alignof(T) <= max_align
                            ? heap_->allocate(bytes)
                            : heap_->allocate(bytes, alignof(T));
    if (block == nullptr)
      throw std::bad_alloc{};
    return static_cast<T*>(block);
  }

  void deallocate(T* p, std::size_t count) noexcept {
    heap_->deallocate(p, count * sizeof(T));
  }

  [[nodiscard]] Heap& heap() const noexcept { return *heap_; }

  template <class Other>
  bool operator==(const HeapAllocator<Other>& other) const noexcept {
    return heap_ == &other.heap();
  }

 private:
  Heap* heap_;
};

}  // namespace v1
}  // namespace tarn
