// object_core.hpp - an object pool that knows size and alignment, but no type.
//
// Threads  shared; its beginning and end are confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"
#include "tarn/detail/attributes.hpp"
#include "tarn/detail/object_slab.hpp"
#include "tarn/detail/thread_number.hpp"
#include "tarn/upstream.hpp"

#include <atomic>

namespace tarn {
namespace object {
struct State;
}

inline namespace v1 {

struct ObjectPoolOptions {
  /// What faults and statistics call it; copied, at most 54 bytes of it.
  const char* name = "";

  /// Each thread keeps objects at hand. False: all take the pool's lock, which
  /// is for pools in little memory; so it is where there are no threads.
  bool magazines = true;

  /// The processors keep them, not the threads, where the system can restart a
  /// thread that was taken off its processor: however many threads there are,
  /// they hold what the processors need. Both calls take 2.3 times as long.
  bool per_cpu = false;

  /// reap_object_pools() has it reap, too. Objects are then destroyed on any
  /// thread, at any time, so their destructors must not use a region or heap
  /// over a budget that reaps.
  bool reap_when_short = false;

  /// How closely objects are looked at (docs/checks.md), asked when the pool
  /// begins. Of `full` each call takes the pool's lock, of a steady pool too.
  CheckMode checks = CheckMode::of_process;
};

struct ObjectPoolStats {
  std::size_t held = 0;        ///< bytes borrowed for slabs
  std::size_t own = 0;         ///< bytes borrowed for magazines and the like,
                               ///< and for the nodes of a steady pool
  std::size_t slabs = 0;       ///< pieces of memory that slots are cut from
  std::size_t unused = 0;      ///< of those, with all slots free
  std::size_t slots = 0;       ///< in all slabs
  std::size_t in_use = 0;      ///< objects acquired and not released
  std::size_t ready = 0;       ///< constructed and waiting for their next use
  std::size_t at_hand = 0;     ///< of those, in magazines of threads, or of
                               ///< processors
  std::size_t in_depot = 0;    ///< of those, in magazines of nobody
  std::size_t slot = 0;        ///< bytes from one object to the next
  std::size_t wasted = 0;      ///< bytes of slabs that no slot can be in
  std::size_t colours = 0;     ///< places that a slab's first slot may have
  std::size_t slabs_made = 0;  ///< since the start
  std::size_t slabs_returned = 0;  ///< since the start
  std::size_t refusals = 0;        ///< asks for memory that got nothing
  std::size_t magazine = 0;   ///< objects that a magazine holds; 0: has none
  bool per_cpu = false;       ///< processors have them, not threads
  std::size_t trips = 0;      ///< of threads to the depot, since the start
  std::size_t contended = 0;  ///< of those, while another thread was there
};

namespace detail {

/// What a pool is told of its objects.
struct ObjectKind {
  std::size_t size;
  std::size_t align;
  std::size_t slab;                        // a power of two
  bool constructs;                         // a slot is made by its first user
  void (*destroy)(void* object) noexcept;  // null: nothing to do
  bool is_steady = false;
  bool keeps_state = true;  // between two uses
};

/// A slot, and whether its user must construct an object there.
struct TakenSlot {
  void* slot = nullptr;
  bool is_bare = false;
};

/// The magazine that a thread takes from and puts into: a stack of objects. Its
/// thread writes it; others may look how many there are.
struct AtHand {
  // Behind the newest; below the oldest lies a null pointer. Orders nothing.
  std::atomic<void**> top;
  void** limit;  // == top: full
};

/// For each number of a thread what it has at hand, never null. A pool's table
/// is replaced by a larger one, and stays readable.
struct HandTable {
  std::size_t size;
  HandTable* older;
  std::size_t loan;  // bytes that were lent for it; 0: it is a part

  [[nodiscard]] std::atomic<AtHand*>* hands() noexcept {
    return reinterpret_cast<std::atomic<AtHand*>*>(this + 1);
  }
};

/// Of a pool that no thread has anything of.
extern constinit HandTable no_hands;

class ObjectPoolCore {
 public:
  ObjectPoolCore(Upstream* upstream, const ObjectKind& kind,
                 const ObjectPoolOptions& options) noexcept;
  ObjectPoolCore(const ObjectPoolCore&) = delete;
  ObjectPoolCore& operator=(const ObjectPoolCore&) = delete;
  ~ObjectPoolCore();

  [[nodiscard]] TakenSlot take() noexcept {
    if (AtHand* const hand = own_hand()) [[likely]] {
      void** const top = hand->top.load(std::memory_order_relaxed);
      void* const slot = top[-1];
      if (slot != nullptr) [[likely]] {
        hand->top.store(top - 1, std::memory_order_relaxed);
        return {slot, false};
      }
    }
    return take_slow();
  }

  void put(void* slot) noexcept {
    if (AtHand* const hand = own_hand()) [[likely]] {
      void** const top = hand->top.load(std::memory_order_relaxed);
      if (top != hand->limit && top[-1] != slot) [[likely]] {
        *top = slot;
        // After the slot, so that a child after fork finds whole magazines.
        hand->top.store(top + 1, std::memory_order_release);
        return;
      }
    }
    put_slow(slot);
  }

  /// Whether what comes back may be destroyed. What a checked pool finds wrong
  /// is told now, before the destructor meets the bytes of an object that was
  /// destroyed; false then. Not of a steady pool.
  [[nodiscard]] bool may_retire(void* slot) noexcept {
    // Threads have nothing at hand of a checked pool.
    if (table_.load(std::memory_order_acquire)->size != 0) [[likely]]
      return true;
    return may_retire_slow(slot);
  }

  /// A slot whose object was not constructed after all.
  void put_bare(void* slot) noexcept;

  /// For a pool's reserve(): slabs with `n` free slots; then, as long as there
  /// are fewer made ones, a bare slot to construct in and to put home.
  [[nodiscard]] bool reserve(std::size_t n) noexcept;
  [[nodiscard]] bool has_bare_below(std::size_t n) const noexcept;
  [[nodiscard]] void* take_bare() noexcept;
  void put_home(void* slot) noexcept;

  /// Of a steady pool: what up to `n` reserved slots have is ready from now on;
  /// how many. What take_steady() gives is one of those.
  [[nodiscard]] std::size_t make_steady(std::size_t n) noexcept;
  [[nodiscard]] std::size_t waiting() const noexcept;
  [[nodiscard]] void* take_steady() noexcept TARN_NONBLOCKING;
  void put_steady(void* slot) noexcept TARN_NONBLOCKING;

  std::size_t reap() noexcept;

  [[nodiscard]] bool owns(const void* p) const noexcept;
  [[nodiscard]] const char* name() const noexcept;
  [[nodiscard]] ObjectPoolStats stats() const noexcept;
  [[nodiscard]] bool check() const noexcept;

 private:
  friend struct object::State;

  [[nodiscard]] AtHand* own_hand() const noexcept {
    if constexpr (has_thread_locals) {
      // Pairs with the release of whoever made the table larger.
      HandTable* const table = table_.load(std::memory_order_acquire);
      const std::size_t number = thread_number;
      if (number < table->size) [[likely]] {
        AtHand* const hand =
            table->hands()[number].load(std::memory_order_relaxed);
        if (hand == nullptr)
          __builtin_unreachable();
        return hand;
      }
    }
    return nullptr;
  }

  [[nodiscard]] TakenSlot take_slow() noexcept;
  void put_slow(void* slot) noexcept;
  [[nodiscard]] bool may_retire_slow(void* slot) noexcept;

  std::atomic<HandTable*> table_{&no_hands};
  // Room for object::State, which private headers describe. Most of it is what
  // tells threads apart.
  alignas(64) std::byte state_[has_thread_locals ? 4032 : 1088];
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
