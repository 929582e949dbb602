// heap.hpp - blocks of any size, freed one by one, from any thread.
//
// What malloc is for. Each thread has bins of free blocks, one for each size
// class, which serve and take back without a lock; blocks of other threads go
// home in batches. A block of more than 32 KiB has pages of its own. Prefer a
// Region where things die together, an ObjectPool where they are all alike.
//
//     tarn::Heap& heap = tarn::default_heap();
//     void* block = heap.allocate(200);      // nullptr: ran out
//     block = heap.reallocate(block, 300);
//     heap.deallocate(block);                // on any thread
//
// Cost     allocate and deallocate: some twenty instructions, no lock; now and
//          then a refill. Blocks are rounded to multiples of 16 bytes up to
//          1 KiB, to one of four sizes per doubling up to 32 KiB, to multiples
//          of 64 KiB above.
// Threads  shared. Threads that end leave their blocks usable.
// Failure  nullptr or false, nothing has changed. A block given back twice, and
//          a pointer that is no block of the heap, are faults.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

namespace tarn {
inline namespace v1 {

class Heap {
 public:
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// `size` bytes at a multiple of max_align, or nullptr. Size 0 gives a block
  /// of its own, too.
  [[nodiscard]] void* allocate(std::size_t size) noexcept;

  /// The same at a multiple of `align`, a power of two.
  [[nodiscard]] void* allocate(std::size_t size, std::size_t align) noexcept;

  /// The same, all bytes zero. Pages that nobody used are not touched for it.
  [[nodiscard]] void* allocate_zeroed(std::size_t size,
                                      std::size_t align = max_align) noexcept;

  /// Gives a block back; nullptr is none.
  void deallocate(void* p) noexcept;

  /// The same for one who knows the size that was asked for.
  void deallocate(void* p, std::size_t size) noexcept;

  /// A block of `size` bytes with the old one's bytes, as many as fit: the same
  /// one where it has the room and would not waste half of it. The old one is
  /// given back. nullptr: ran out, and the old block stands. From nullptr it is
  /// allocate().
  [[nodiscard]] void* reallocate(void* p, std::size_t size) noexcept;

  /// Makes the block one of at least `size` bytes where it lies. Only large
  /// blocks can grow beyond usable_size(). False: it stays as it was.
  [[nodiscard]] bool try_expand(void* p, std::size_t size) noexcept;

  /// Bytes of the block that may be used, at least those asked for. 0 for
  /// nullptr.
  [[nodiscard]] std::size_t usable_size(const void* p) const noexcept;

 private:
  friend Heap& default_heap() noexcept;
  constexpr Heap() = default;
};

/// The one heap of the process, there before main and after exit.
[[nodiscard]] Heap& default_heap() noexcept;

}  // namespace v1
}  // namespace tarn
