// heap_hooks.hpp - how blocks of a checked heap are had and given back.
//
// A heap that is checked gives its threads no bins, so that every call takes
// the slow path, which asks here. The room check fills the table; without it
// heaps are as they ever were. Blocks that come from here lie where the page
// map says span::Use::checked, and by that they find their way back in whatever
// mode the heap is by then.
//
// Cost     a load on slow paths; fast paths never look here.
// Threads  shared; all functions are, too.
// Failure  as each says.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {
struct Description;
}
namespace heap {
struct Domain;
}
}  // namespace tarn

namespace tarn::port {

/// By which names a block comes and goes. Of those of `pool` nobody asks by
/// which it goes.
enum class BlockFamily : std::uint8_t { pool, malloc, new_one, new_array };

struct BlockAsk {
  std::size_t size;
  std::size_t align;
  BlockFamily family;
  bool is_zeroed;
};

/// What whoever gives a block back says of it.
struct BlockReturn {
  static constexpr std::size_t unsaid = ~std::size_t{0};

  BlockFamily family = BlockFamily::pool;
  std::size_t size = unsaid;
  std::size_t align = unsaid;
};

struct BlockAnswer {
  void* block = nullptr;
  /// True: the heap is to serve the call as if nothing were checked. Else null
  /// is a refusal.
  bool is_declined = false;
};

struct HeapHooks {
  /// Of a heap whose mode is full, at each call; of one whose mode is sampled,
  /// when a thread's duties are due.
  BlockAnswer (*allocate)(heap::Domain& domain, const BlockAsk& ask) noexcept;
  /// `p` lies where the map says `checked`. Tells what is wrong with it, if it
  /// is no live block of `domain`, and may return.
  void (*deallocate)(heap::Domain& domain, void* p,
                     const BlockReturn& said) noexcept;
  /// The bytes that were asked for. `p` lies where the map says `checked`.
  std::size_t (*usable_size)(heap::Domain& domain, const void* p) noexcept;
  /// The family of a block that came another way than its user thinks.
  void (*set_family)(void* p, BlockFamily family) noexcept;
  /// A pointer that no heap gave was given to a checked heap: tells so. False:
  /// it is not told here.
  bool (*tell_stray)(heap::Domain& domain, const void* p) noexcept;
  /// What describe() tells of an address where the map says `checked`.
  /// Async-signal-safe.
  void (*describe)(Description& found) noexcept;
  /// The heap ends, with all its blocks: nothing of them may be kept, and its
  /// pages must be usable as any.
  void (*end)(heap::Domain& domain) noexcept;
};

// Written once, before the first mode is set; pairs: release in the writer with
// acquire here.
inline constinit std::atomic<const HeapHooks*> the_heap_hooks{nullptr};

[[nodiscard]] inline const HeapHooks* heap_hooks() noexcept {
  return the_heap_hooks.load(std::memory_order_acquire);
}

}  // namespace tarn::port
