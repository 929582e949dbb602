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
// A heap of one's own ends with all its blocks at once, whichever threads have
// them at hand, and may be held to a budget:
//
//     tarn::Budget tenant{"tenant 7", 64 * tarn::MiB};
//     tarn::Heap sessions{tenant, {.name = "sessions"}};
//
// Cost     allocate and deallocate: some twenty instructions, no lock; now and
//          then a refill. Blocks are rounded to multiples of 16 bytes up to
//          1152, to one of five sizes per doubling up to 32 KiB, to multiples
//          of 64 KiB above.
//          Fifteen heaps at a time beside the default one have bins for each
//          thread; further ones, and those of little memory, take a lock.
// Threads  shared; a heap's own beginning and end are confined, as any
//          object's. Threads that end leave their blocks usable.
// Failure  nullptr or false, nothing has changed. A block given back twice, and
//          a pointer that is no block of the heap, are faults; the first is
//          told before the block would be had twice.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/budget.hpp"
#include "tarn/checks.hpp"
#include "tarn/detail/attributes.hpp"

namespace tarn {
namespace heap {
struct Domain;
}

inline namespace v1 {

struct HeapOptions {
  /// What faults and statistics call it; copied, at most 54 bytes of it.
  const char* name = "";

  /// No bins: all threads share one set of small slabs, under a lock. It keeps
  /// hardly more than what is in use. So is every heap whose budget is of at
  /// most 8 MiB when it begins.
  bool compact = false;
  /// How closely its blocks are looked at.
  CheckMode checks = CheckMode::of_process;
};

class Heap {
 public:
  /// A heap of one's own. It borrows nothing before its first block.
  explicit Heap(const HeapOptions& options = {}) noexcept;

  /// The same within a budget, which counts the granules of 64 KiB that the
  /// heap holds, and must outlive it. Its memory must be the system's in the
  /// end: from any other upstream the heap takes nothing.
  explicit Heap(Budget& budget, const HeapOptions& options = {}) noexcept;

  /// Ends all its blocks, in time of the pieces that it borrowed. No thread may
  /// be in the heap or come again; blocks that threads have in their bins or
  /// on the way to others end, too.
  ~Heap();

  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// `size` bytes at a multiple of max_align, or nullptr. Size 0 gives a block
  /// of its own, too.
  TARN_ALLOC_SIZE(2)
  [[nodiscard]] void* allocate(std::size_t size) noexcept;

  /// The same at a multiple of `align`, a power of two.
  TARN_ALLOC_SIZE(2)
  [[nodiscard]] void* allocate(std::size_t size, std::size_t align) noexcept;

  /// The same, all bytes zero. Pages that nobody used are not touched for it.
  TARN_ALLOC_SIZE(2)
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
  TARN_ALLOC_SIZE(3)
  [[nodiscard]] void* reallocate(void* p, std::size_t size) noexcept;

  /// Makes the block one of at least `size` bytes where it lies. Only large
  /// blocks can grow beyond usable_size(). False: it stays as it was.
  [[nodiscard]] bool try_expand(void* p, std::size_t size) noexcept;

  /// Bytes of the block that may be used, at least those asked for. 0 for
  /// nullptr.
  [[nodiscard]] std::size_t usable_size(const void* p) const noexcept;

  /// Up to `n` blocks of `size` bytes, written to `out`; returns how many.
  /// Fewer than `n`: ran out. Cheaper than as many calls.
  [[nodiscard]] std::size_t allocate_many(std::size_t size, std::size_t n,
                                          void** out) noexcept;

  /// Gives `n` blocks back, in any order; a null pointer is none.
  void deallocate_many(void* const* blocks, std::size_t n) noexcept;

  /// The name it was given; "" for the default heap.
  [[nodiscard]] const char* name() const noexcept;

 private:
  friend struct heap::Domain;
  Heap(Budget* budget, const HeapOptions& options) noexcept;

  std::ptrdiff_t place_ = 0;  // where a thread finds its bins for this heap
  heap::Domain* domain_;
};

/// The one heap of the process, there before main and after exit.
[[nodiscard]] Heap& default_heap() noexcept;

}  // namespace v1
}  // namespace tarn
