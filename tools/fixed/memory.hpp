// memory.hpp - the heaps that are compared, each with its buffer.
//
// Cost     a mapping each.
// Threads  confined.
// Failure  throws std::bad_alloc where the system has no memory.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/fixed_heap.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <new>
#include <optional>
#include <span>

namespace tarn::compare::fixed {

/// What sizes are counted in: the least that any fit gives.
inline constexpr std::size_t granule = 16;

/// A FixedHeap over a buffer of its own.
template <class OneFit>
class FitMemory {
 public:
  using Fit = OneFit;
  using Heap = FixedHeap<Fit>;

  explicit FitMemory(std::size_t buffer)
      : size_(buffer / granule * granule),
        bytes_(static_cast<std::byte*>(
            std::aligned_alloc(page, (size_ + page - 1) / page * page))) {
    if (bytes_ == nullptr)
      throw std::bad_alloc();
    start(size_);
  }

  /// Begins anew, with so many granules for blocks, which the buffer must have
  /// room for.
  void begin_with(std::size_t granules) {
    // What lies beside the blocks depends on how many there are, so it takes a
    // few looks.
    std::size_t size = granules * granule;
    for (int looks = 0; looks < 16; ++looks) {
      start(size < size_ ? size : size_);
      const std::size_t room = heap_->stats().size / granule;
      if (room == granules || (room < granules && size >= size_))
        return;
      size = size + granules * granule - room * granule;
    }
  }

  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    return heap_->allocate(size);
  }
  void deallocate(void* p) noexcept { heap_->deallocate(p); }

  /// Bytes that blocks have now, heads and rounding included.
  [[nodiscard]] std::size_t taken() noexcept { return heap_->stats().used; }
  [[nodiscard]] std::size_t taken(std::span<void* const>) noexcept {
    return taken();
  }

  /// Bytes for blocks, and what lies beside them.
  [[nodiscard]] std::size_t room() noexcept { return heap_->stats().size; }
  [[nodiscard]] std::size_t beside() noexcept {
    return size_ - room() + sizeof(Heap);
  }

  [[nodiscard]] std::byte* begin() const noexcept { return bytes_.get(); }

  /// Bytes of a block's first granule that are its head.
  [[nodiscard]] std::size_t head() {
    void* const p = allocate(1);
    const std::size_t usable = p == nullptr ? granule : heap_->size_of(p);
    deallocate(p);
    return usable < granule ? granule - usable : 0;
  }

 private:
  struct Free {
    void operator()(std::byte* p) const noexcept { std::free(p); }
  };
  static constexpr std::size_t page = 4096;

  void start(std::size_t size) { heap_.emplace(std::span{bytes_.get(), size}); }

  std::size_t size_;
  std::unique_ptr<std::byte, Free> bytes_;
  std::optional<Heap> heap_;
};

/// The malloc of the system, which has all memory that there is.
class SystemMemory {
 public:
  explicit SystemMemory(std::size_t) {}

  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    return std::malloc(size);
  }
  void deallocate(void* p) noexcept { std::free(p); }

  /// As mallinfo has it, what threads keep at hand would be in use too.
  [[nodiscard]] std::size_t taken(std::span<void* const> blocks) noexcept {
    std::size_t sum = 0;
    for (void* const block : blocks)
      if (block != nullptr)
        sum += malloc_usable_size(block) + sizeof(std::size_t);
    return sum;
  }
};

}  // namespace tarn::compare::fixed
