// objects.hpp - what is kept of the objects of a checked pool.
//
//     slab:     [ head | zone | object | zone | object | zone ]
//     records:           [ record of the first | of the second ]
//
// Each object has bytes before and behind it that nobody may write (zones), and
// a record apart from it. What was released waits in a queue before its next
// use, so that a late write is seen; the state of the object is kept, so
// nothing is written into it, but a digest tells whether somebody else did.
// Where a pool's objects keep no state (MakeAnew) they are filled instead,
// which tells the byte.
//
// Threads  as each says.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/describe.hpp"
#include "tarn/upstream.hpp"

#include "check/pools.hpp"
#include "check/record.hpp"
#include "check/report.hpp"
#include "object/state.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tarn::check {

/// Of one slot. The pool's lock.
struct SlotRecord {
  Record record;
  std::uint64_t
      digest;  // while it waits or is free, of a pool that keeps state
  std::byte* object;
  SlotRecord* next;  // that waits, and came after this one
  bool is_closing;   // whoever releases it has not reckoned its digest yet
  /// Place + 1 among those whose pages are hidden, or 0. Written by who alone
  /// has the object; a sweep, which passes over it, learns that it was shown.
  std::atomic<std::uint32_t> hidden_at;
};

/// Of a slab's slots; all that is needed of them when their pool has ended.
struct SlabRecords {
  Loan slab;  // and what of it lies behind the slab
  Loan own;   // that these lie in
  std::size_t slab_size;
  std::size_t object_size;
  PoolNumber pool;
  std::uint32_t count;
  bool has_guard;  // the page behind the slab

  [[nodiscard]] SlotRecord* slots() noexcept {
    return reinterpret_cast<SlotRecord*>(this + 1);
  }
};
static_assert(alignof(SlotRecord) <= alignof(SlabRecords));

/// Of a pool.
struct Objects {
  Loan own;
  PoolNumber number;
  std::size_t size;       // of an object
  std::size_t front;      // bytes of the zone before it; the rest is behind
  std::size_t most_wait;  // in the queue
  bool keeps_state;
  bool constructs;
  bool is_steady;
  bool is_paged;  // each object in a slab of its own, at the end of its pages

  // The queue; the pool's lock.
  SlotRecord* oldest;
  SlotRecord* newest;
  std::size_t waiting;

  [[nodiscard]] static Objects& of(const object::State& state) noexcept {
    return *static_cast<Objects*>(state.checks);
  }
};

[[nodiscard]] inline SlabRecords& records_of(object::Slab& slab) noexcept {
  return *static_cast<SlabRecords*>(slab.records);
}

[[nodiscard]] inline SlabRecords& home_of(const object::State& state,
                                          const SlotRecord& slot) noexcept {
  return records_of(object::Slab::of(slot.object, state.slab_size));
}

[[nodiscard]] inline BlockUse use_of(const SlotRecord& slot) noexcept {
  return static_cast<BlockUse>(slot.record.use);
}

// object_slabs.cpp: how a checked pool and its slabs begin and end.

[[nodiscard]] void* begin_objects(const detail::ObjectKind& kind,
                                  CheckMode mode, std::uint32_t id,
                                  object::Shape& shape) noexcept;
void end_objects(object::State& state, std::size_t in_use) noexcept;
void forget_objects(object::State& state) noexcept;
[[nodiscard]] Loan lend_slab(object::State& state, void*& records) noexcept;
void look_at_slab(object::State& state, object::Slab& slab) noexcept;
/// Whether it is one of a checked pool that lives, which can be read. False:
/// that is not known, and describe() tells.
[[nodiscard]] bool is_known_slab(const object::Slab& slab) noexcept;
void take_back_slab(object::State& state, Loan loan, void* records) noexcept;

// object_looks.cpp: what is found. Each returns how many faults it told.

/// The bytes beside one object, and in it where it was not in use. The caller
/// alone has it; the lock is not held.
std::size_t look_at(object::State& state, SlotRecord& slot,
                    BlockUse was) noexcept;
/// All of a pool, while others use it.
std::size_t look_at_all(object::State& state) noexcept;
/// All of all pools.
std::size_t sweep_objects() noexcept;

// object_faults.cpp: what is told.

void tell_double_free(object::State& state, const SlotRecord& slot,
                      const Record& before) noexcept;
void tell_inside(object::State& state, const SlotRecord& slot,
                 const void* p) noexcept;
void tell_stray(object::State& state, const void* p) noexcept;
void tell_in_use(object::State& state, std::size_t in_use) noexcept;
/// Whether a slab that a pointer is said to lie in can be read: of an upstream
/// of the program's the page map knows nothing.
[[nodiscard]] bool is_readable_slab(const object::State& state,
                                    const object::Slab& slab) noexcept;
/// Adds "64 bytes, object pool 'connection'" in brackets.
void write_place(base::Line& line, std::size_t size, PoolNumber pool) noexcept;
/// A finding with copies of the records that it shows.
struct Telling {
  explicit Telling(Fault fault) noexcept : finding{fault} {}
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

  /// The object that is meant, and the live ones beside it.
  void add(SlabRecords& records, const SlotRecord& slot) noexcept;

  Finding finding;
  Record block{}, below{}, above{};
};

// object_graves.cpp: memory of objects that nobody may touch.

/// Keeps a slab whose objects ended from its next use, and gives back the one
/// that lies there for longest. False: it cannot be kept.
[[nodiscard]] bool bury(SlabRecords& records) noexcept;
/// Gives all of them back. False: there was none.
bool empty_graves() noexcept;
/// Gives back what is kept beside a slab.
void drop(SlabRecords& records) noexcept;

void guard_behind(SlabRecords& records) noexcept;
void unguard_behind(SlabRecords& records) noexcept;

/// Nobody can read or write the pages of a released object until it is shown,
/// as it was. Too many: it stays as it is.
void hide(SlotRecord& slot, SlabRecords& records) noexcept;
void show(SlotRecord& slot, SlabRecords& records) noexcept;
/// The same where many are hidden, so that room is left for newer ones.
void show_if_crowded(SlotRecord& slot, SlabRecords& records) noexcept;

/// Shows each object that somebody has, of all checked pools, or was drawn.
/// `visit` may ask for no memory and no lock.
void each_live_object(void (*visit)(void* with, std::byte* object,
                                    const Record& record),
                      void* with) noexcept;

/// As port/object_hooks.hpp says.
[[nodiscard]] bool describe_object(Description& found) noexcept;

/// Has those told who touch one of these.
void watch_graves() noexcept;

}  // namespace tarn::check
