// table.hpp - the living threads, each by a small number, and their end.
//
// A thread enters when it first asks for its number (port::thread_index). The
// number is unique among the living and used again after the thread's end; the
// generation tells its users apart. A thread's end has one entry: the hooks
// given to at_exit, in that order, run once the program's own destructors of
// the thread have begun. They may run again, for a thread that uses tarn in a
// destructor after that; whatever they hand back must stay usable. After the
// second round of destructors they run no more: the thread is over, though
// later ones and the C library may still have blocks to free.
//
// Fork has one entry too: prepare in the order of at_fork, which is the order
// of locks, and the other two in the opposite order.
//
// Cost     the number: one load of a thread-local word.
// Threads  shared.
// Failure  false: no hook will run. The program then keeps what it would have
//          handed back.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::thread {

/// Threads beyond these share the last number.
inline constexpr unsigned most_threads = 1u << 16;

using Hook = void (*)() noexcept;

struct ForkHooks {
  Hook prepare;
  Hook in_parent;
  Hook in_child;
  // Its locks are taken before those of rooms that said no.
  bool is_outer = false;
};

/// Both take a few hooks only, for the rooms of this library.
[[nodiscard]] bool at_exit(Hook hook) noexcept;
[[nodiscard]] bool at_fork(const ForkHooks& hooks) noexcept;

/// Makes sure that the exit hooks run at the end of this thread.
[[nodiscard]] bool watch() noexcept;

/// Whether this thread's hooks have run for the last time. What it takes from
/// now on must go back at once.
[[nodiscard]] bool is_over() noexcept;

/// How many threads had this number before its present or last one.
[[nodiscard]] std::uint32_t generation(unsigned index) noexcept;

/// Threads that have a number now.
[[nodiscard]] unsigned living() noexcept;

}  // namespace tarn::thread
