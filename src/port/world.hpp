// world.hpp - what a pool needs of the world, as plain functions.
//
// The pools call these and nothing else of the outside. The house defines them
// in higher rooms (os, thread, span); the embedded build defines them as
// constants in embedded.cpp, the hosted one in standard C++ (os/hosted).
//
// Threads  shared, all of them.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include "port/last_words.hpp"

namespace tarn::port {

/// The non-virtual lane to the system: this thread's chunk cache, then the
/// space. A size up to 256 KiB comes as a power of two of at least 4 KiB,
/// aligned to min(size, 64 KiB); a larger one as whole granules.
[[nodiscard]] Loan system_lend(const Ask& ask) noexcept;
/// The same for a chunk of a pool without a name, with no need but its size.
[[nodiscard]] Loan system_lend_chunk(std::size_t size) noexcept;

/// A pool with a name takes its id out first: system_retag(loan, 0).
void system_take_back(Loan loan) noexcept;

/// How a chunk begins that goes back with others.
struct LentChunk {
  void* next;  // the next of them, or null
  std::size_t size;
};
/// The same for all of a list, which has at least one.
void system_take_back_list(void* chunks) noexcept;

/// Enters another owner for what system_lend gave: its pool was merged, or it
/// goes back. Nothing happens to memory that is not the system's.
void system_retag(Loan loan, std::uint32_t owner) noexcept;

/// A small number that no other living thread has, from 0, the same as long as
/// the thread lives. 0 where there are no threads.
[[nodiscard]] unsigned thread_index() noexcept;

/// A word of this thread's own, null at first, in which Budget keeps the list
/// of those whose on_short the thread is in. Null: a board, where a task has
/// nothing of its own.
[[nodiscard]] const void** budgets_short() noexcept;

/// What runs when a thread ends that called watch_thread(), maybe again when it
/// comes back after that, and around fork.
struct ThreadHooks {
  void (*at_end)() noexcept;
  void (*before_fork)() noexcept;
  void (*in_parent)() noexcept;
  void (*in_child)() noexcept;
};
/// For one room. False: its hooks will not run, as where there are no threads.
[[nodiscard]] bool set_thread_hooks(const ThreadHooks& hooks) noexcept;

/// Sees to it that at_end runs when this thread ends. False: it will not, or
/// others have the thread's number.
[[nodiscard]] bool watch_thread() noexcept;

/// Has `upkeep` run now and then by whoever gives idle memory back. It may ask
/// for nothing and give nothing back itself.
void set_upkeep(void (*upkeep)() noexcept) noexcept;

/// Milliseconds since some moment, to a few; always the same without a clock.
[[nodiscard]] std::uint32_t clock_ms() noexcept;

/// Reads what the environment says of checks, once: called by whoever asks the
/// system for memory first, before the ask.
void begin_checks() noexcept;

/// Enters a named pool into the table of names: an id above 0, never used
/// again, or 0 when the table is full. The name is copied. Slow: takes a lock.
[[nodiscard]] std::uint32_t register_pool(PoolKind kind,
                                          const char* name) noexcept;
void unregister_pool(std::uint32_t id) noexcept;

/// The name of a pool, "" for 0 and for one that was never registered; that of
/// an ended pool until its place is used again. Async-signal-safe.
[[nodiscard]] const char* pool_name(std::uint32_t id) noexcept;

}  // namespace tarn::port
