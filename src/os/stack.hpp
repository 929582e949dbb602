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

#include <cstddef>
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

/// Where a walk found the addresses behind the calls, those of tarn's own
/// frames as well, and what lay there: as long as it does, who is at the same
/// stack pointer in the same function was called the same way.
struct Trail {
  static constexpr unsigned longest = 32;

  unsigned steps = 0;  ///< 0: not to be followed again
  std::uintptr_t places[longest];
  std::uintptr_t words[longest];
};

/// The stack that stays as long as this thread, once a walk found it.
struct LastingStack {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;  ///< 0: not known
  unsigned tries = 0;      ///< to find it
};
extern constinit thread_local LastingStack lasting_stack;

/// Above what runs now; below it, and when another stack is in use, there may
/// be nothing yet.
[[nodiscard]] inline bool is_own_and_in_use(std::uintptr_t place) noexcept {
  const auto here =
      reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const std::uintptr_t begin = lasting_stack.begin;
  const std::uintptr_t size = lasting_stack.end - begin;
  return place >= here && place - begin < size && here - begin < size;
}

/// Whether that is all above, with end behind the last byte.
[[nodiscard]] inline bool is_own_and_in_use(std::uintptr_t place,
                                            std::uintptr_t end) noexcept {
  const auto here =
      reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return lasting_stack.begin <= here && here <= place &&
         end <= lasting_stack.end;
}

/// How many words there are from `place` to the end of the stack that this
/// thread is on, where it is known to stay as long as the thread; else 0.
[[nodiscard]] inline std::size_t own_words_above(
    std::uintptr_t place) noexcept {
  return is_own_and_in_use(place) ? (lasting_stack.end - place) / sizeof place
                                  : 0;
}

/// Addresses behind the calls, innermost first: of who calls this, without
/// frames of tarn itself at the beginning; in a handler of tarn's those of what
/// was interrupted. Returns how many.
unsigned walk_stack(std::uintptr_t* calls, unsigned most) noexcept;
unsigned walk_stack(std::uintptr_t* calls, unsigned most,
                    Trail& trail) noexcept;

/// The same from a place, which becomes the first, one byte further: what is
/// told of a call is the byte before.
unsigned walk_stack(Place from, std::uintptr_t* calls, unsigned most) noexcept;

}  // namespace tarn::os
