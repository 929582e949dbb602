// stack.hpp - the calls that led to a place.
//
// By what compilers write down for exceptions, of which each place is read once
// and kept in a table that all threads share; by frame pointers where nothing
// is written. Nothing is read that is not on a stack: of its own stack a thread
// knows the end, another's (of a signal, a coroutine) is asked page by page.
//
// Cost     some ten nanoseconds a call; about a microsecond the first time that
//          a place is met; half a microsecond for each page of another stack.
//          A thread reads /proc/self/maps at its first walk.
// Threads  shared, async-signal-safe: nothing is allocated or waited for.
// Failure  fewer calls than there are. Where a library was replaced by another
//          at the same addresses they may be wrong.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::os {

/// Where a thread is.
struct Place {
  std::uintptr_t pc = 0;  ///< the instruction to be run next
  std::uintptr_t sp = 0;
  std::uintptr_t fp = 0;
};

/// Where a signal came, of the third argument of its handler.
[[nodiscard]] Place place_of_signal(const void* context) noexcept;

/// Addresses behind the calls, innermost first: of who calls this, without
/// frames of tarn itself at the beginning; in a handler of tarn's those of what
/// was interrupted. Returns how many.
unsigned walk_stack(std::uintptr_t* calls, unsigned most) noexcept;

/// The same from a place, which becomes the first, one byte further: what is
/// told of a call is the byte before.
unsigned walk_stack(Place from, std::uintptr_t* calls, unsigned most) noexcept;

}  // namespace tarn::os
