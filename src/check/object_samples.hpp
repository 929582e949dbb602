// object_samples.hpp - objects of a pool that `sampled` guards.
//
//     room of guarded_rows.hpp:  [ guard | slab's head, filled | object | slack
//     ]
//
// Each is alone in a slab of its own, at the end of its room: whoever has the
// object finds its pool as ever. It stays constructed between its uses, and
// nobody can read or write its pages meanwhile. A pool has a few, which are
// used in turn; they end when it does, or reaps.
//
// Cost     two system calls a use, some four microseconds; two pages each.
// Threads  shared. The pool's lock guards the list, and is not held for the
//          rest.
// Failure  none is drawn: no memory, or no room.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/guarded_slots.hpp"
#include "check/live_blocks.hpp"
#include "object/state.hpp"
#include "port/object_hooks.hpp"

namespace tarn::check {

/// The functions of port/object_hooks.hpp.
[[nodiscard]] void* begin_samples(const detail::ObjectKind& kind,
                                  CheckMode checks, std::uint32_t id) noexcept;
[[nodiscard]] detail::TakenSlot draw_object(object::State& state) noexcept;
[[nodiscard]] void* draw_bare_object(object::State& state) noexcept;
[[nodiscard]] bool is_drawn_object(const void* slot) noexcept;
void end_drawn_object(object::State& state, void* slot) noexcept;
void keep_drawn_object(object::State& state, void* slot, bool is_made) noexcept;
void reap_samples(object::State& state) noexcept;
void end_samples(object::State& state) noexcept;

/// Before there are threads: forks wait for whoever begins or ends a pool.
void watch_samples() noexcept;

/// What object_blocks.cpp tells of them. The pool's lock is held.
void tell_drawn_objects(object::State& state, LookAtBlock look,
                        void* context) noexcept;
/// Shows those that somebody has, and, if they are young, those that lie in a
/// magazine. The pool's lock is held.
void each_drawn_object(const object::State& state,
                       void (*visit)(void* with, std::byte* object,
                                     const Record& record),
                       void* with) noexcept;

}  // namespace tarn::check
