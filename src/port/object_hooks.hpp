// object_hooks.hpp - how objects of a checked pool are had and given back.
//
// A pool that is checked has nothing at hand for threads, so that every call
// takes the slow path, which goes on here. The room check fills the table;
// without it pools are as they ever were. A pool asks for its mode when it
// begins, and keeps to it.
//
// Cost     none for a pool that is not checked, and none on the fast paths of
//          one that is sampled.
// Threads  shared, but for a pool's beginning and end. The pool's lock is held
//          by nobody who calls.
// Failure  as each says.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"
#include "tarn/upstream.hpp"

#include <atomic>

namespace tarn {
inline namespace v1 {
struct Description;
namespace detail {
struct ObjectKind;
struct TakenSlot;
}  // namespace detail
}  // namespace v1
namespace object {
struct Shape;
struct Slab;
struct State;
}  // namespace object
}  // namespace tarn

namespace tarn::port {

struct ObjectHooks {
  /// A pool of that id begins, whose mode is full. What it keeps as its
  /// `checks`, and how its slabs look. Null: it goes on unchecked.
  void* (*begin)(const detail::ObjectKind& kind, CheckMode mode,
                 std::uint32_t id, object::Shape& shape) noexcept;
  /// It ends with so many objects in use: all of it is looked at. Its slabs go
  /// after that.
  void (*end)(object::State& state, std::size_t in_use) noexcept;
  /// Nothing of it is needed any more.
  void (*forget)(object::State& state) noexcept;

  /// Memory for a slab, and what is kept beside it. Empty: refused.
  Loan (*lend)(object::State& state, void*& records) noexcept;
  /// The objects of a slab are about to be destroyed.
  void (*look)(object::State& state, object::Slab& slab) noexcept;
  /// They were, and the pool does not need the slab's memory any more.
  void (*take_back)(object::State& state, Loan loan, void* records) noexcept;

  detail::TakenSlot (*take)(object::State& state) noexcept;
  void (*put)(object::State& state, void* slot) noexcept;
  /// Whether that is an object in use, which put() takes back; what is wrong is
  /// told.
  bool (*may_retire)(object::State& state, void* slot) noexcept;
  /// A slot that was had to construct an object in comes back, with one or
  /// without.
  void (*put_made)(object::State& state, void* slot, bool is_made) noexcept;
  /// What waits for its next use goes into the slabs, whose lock is held.
  void (*drain)(object::State& state) noexcept;
  /// Objects that wait. The lock is held.
  std::size_t (*waiting)(const object::State& state) noexcept;

  /// What describe() tells of an address in a chunk of an object pool. False:
  /// it is no checked one. Async-signal-safe.
  bool (*describe)(Description& found) noexcept;

  /// The two of a steady pool.
  void* (*take_steady)(object::State& state) noexcept;
  std::size_t (*make_steady)(object::State& state, std::size_t n) noexcept;

  /// Somebody has a bare slot to construct an object in, to put it home.
  void (*took_bare)(object::State& state, void* slot) noexcept;
  /// The pool that `begin` was asked for is there.
  void (*began)(object::State& state) noexcept;

  /// A pool of that id begins, which is asked to be as closely looked at as
  /// `checks` says. What it keeps as its `samples`: an object now and then is
  /// guarded. Null: none is.
  void* (*begin_samples)(const detail::ObjectKind& kind, CheckMode checks,
                         std::uint32_t id) noexcept;
  /// A guarded object, which counts as drawn from now on. Empty: there is none.
  detail::TakenSlot (*draw)(object::State& state) noexcept;
  /// A guarded slot for somebody who constructs objects in reserve, and brings
  /// it home then. Null: there are enough, or none can be had.
  void* (*draw_bare)(object::State& state) noexcept;
  /// Whether a slot is a guarded one, of this pool or another.
  bool (*is_drawn)(const void* slot) noexcept;
  /// One that was drawn comes back: it is looked at, and nobody may touch it
  /// for a while.
  void (*end_draw)(object::State& state, void* slot) noexcept;
  /// The same where the lock is held: it waits, and is looked at later.
  void (*keep_drawn)(object::State& state, void* slot, bool is_made) noexcept;
  /// Destroys those that wait, and has their memory go back.
  void (*reap_samples)(object::State& state) noexcept;
  /// The pool has ended. Nothing is drawn any more.
  void (*end_samples)(object::State& state) noexcept;
};

// Written once, before the first mode is set; pairs: release in the writer with
// acquire here.
inline constinit std::atomic<const ObjectHooks*> the_object_hooks{nullptr};

[[nodiscard]] inline const ObjectHooks* object_hooks() noexcept {
  return the_object_hooks.load(std::memory_order_acquire);
}

}  // namespace tarn::port
