// heap_shadow.hpp - blocks of heaps under somebody else's eyes (shadow.hpp):
// slabs and records are those of mode full, and in place of fills and guards
// the sanitizer is told.
//
//     | redzone | block | slack and redzone | redzone | block | ...
//     ^ all poisoned but for the blocks; stays so while a block waits
//
// Threads  as heap.hpp says.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/heap.hpp"

namespace tarn::check {

/// A slab's memory came, and goes.
void lent_in_shadow(const CheckSlab& slab) noexcept;
void returned_in_shadow(const CheckSlab& slab) noexcept;

/// The block of a slot begins; its record says which.
void begin_in_shadow(const CheckSlab& slab, unsigned slot,
                     const port::BlockAsk& ask) noexcept;
void end_in_shadow(const CheckSlab& slab, unsigned slot) noexcept;

}  // namespace tarn::check
