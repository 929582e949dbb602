// object_shadow.hpp - objects under somebody else's eyes (shadow.hpp): slabs
// and records are those of mode full, and in place of fills, digests and guards
// the sanitizer is told. What waits for its next use is poisoned and keeps its
// values.
//
// Threads  as objects.hpp says.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/objects.hpp"

namespace tarn::check {

/// What is inline in programs reads what the library wrote into a pool.
void began_in_shadow(const object::State& state) noexcept;

/// All of a slab but its first `head` bytes is nobody's.
void lent_in_shadow(const SlabRecords& slab, std::size_t head) noexcept;
/// What its records point to may be lost all the same; and anybody's memory
/// again.
void hide_records(SlabRecords& slab) noexcept;
void show_records(SlabRecords& slab) noexcept;

/// Its objects, none of which is in use, are about to be destroyed.
void open_in_shadow(SlabRecords& slab) noexcept;
/// Nobody may touch any of it until it is returned; objects in use end.
void close_in_shadow(SlabRecords& slab) noexcept;
void returned_in_shadow(SlabRecords& slab) noexcept;

/// An object is acquired, or constructed where there was none; and released.
void begin_in_shadow(const Objects& pool, const SlotRecord& slot,
                     bool is_written) noexcept;
void end_in_shadow(const Objects& pool, const SlotRecord& slot) noexcept;

}  // namespace tarn::check
