// checks.hpp - faults: broken promises that tarn found, and how it says so.
//
// Running out of memory is a value (nullptr); misuse is a fault. A fault writes
// one exact line to standard error, `tarn: fault: ...`, without allocating or
// locking, then calls the handler, then aborts. docs/faults.md lists the lines.
//
// Some misuse is always found. The rest is found by the modes of checking, in
// the same library: TARN_CHECK=full in the environment, set_check_mode(), or
// the options of one pool. docs/checks.md tells what each finds and costs.
//
// Cost     nothing until a fault is found; a mode costs as docs/checks.md says.
// Threads  shared.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {

enum class Fault : std::uint8_t {
  bad_alignment,       ///< an alignment that is no power of two
  stale_mark,          ///< a rewind to a mark that a rewind or reset ended
  nested_reset,        ///< a reset, rewind or end inside a cleanup of it
  ended_before_child,  ///< a region ended while a child of it lived
  confined,            ///< a confined pool used by two threads at once
  wrong_pool,          ///< a block given to another pool than its own
  double_free,         ///< a block given back that was given back before
  ended_in_use,        ///< an object pool ended while objects were in use
  after_end,           ///< a PerThread used after its end
  out_of_order,        ///< a Scratch that did not end as its thread's last
  corrupted,           ///< a pool's own bytes were written by somebody else

  // What only the modes of checking find.
  overflow,        ///< bytes behind the end of a block were written or read
  underflow,       ///< bytes before its beginning
  use_after_free,  ///< a block was written or read after it was given back
  use_after_end,   ///< memory of a region after its reset, rewind or end
  mismatch,        ///< given back by another size, alignment or family
  escape,          ///< a pointer into a region outlives its reset
  leak,            ///< memory that nobody can give back any more
  sealed           ///< memory was asked of a pool that its owner closed
};

/// How closely pools are looked at. It can be lowered at any time and raised
/// for what begins afterwards: a pool obeys at its next reset, refill or tick,
/// and blocks from before stay as they were.
enum class CheckMode : std::uint8_t {
  of_process,  ///< in a pool's options: as set_check_mode or TARN_CHECK says
  off,         ///< what costs nothing is found all the same
  sampled,     ///< some blocks and regions, for half a percent of time
  full,        ///< every block
  full_page    ///< the same, each block in pages of its own
};

/// Sets the mode of all pools whose options do not name one.
void set_check_mode(CheckMode mode) noexcept;
[[nodiscard]] CheckMode check_mode() noexcept;

/// What follows on a fault when the handler, if any, has returned.
enum class AfterFault : std::uint8_t {
  abort,
  go_on  ///< where the pool can: what a check found, but no always-on fault
};
void set_after_fault(AfterFault what) noexcept;

/// Looks at every block of the checked pools now: bytes written outside of one,
/// or into one that was given back. Linear in them. Returns how many faults it
/// told, if the program goes on.
std::size_t check_all() noexcept;

/// Looks for blocks of checked pools and for regions that nothing points to any
/// more, from globals, this thread's stack and memory of other allocators on,
/// and tells them as faults. Returns how many it told; 0 where other threads
/// run, whose registers nobody sees. Linear in what the process has written.
std::size_t check_leaks() noexcept;

/// Called with the fault and its line, zero-terminated, after the line was
/// written. When it returns, the process aborts. Must be async-signal-safe.
using FaultHandler = void (*)(Fault fault, const char* line) noexcept;

/// Makes `handler` the one to call, or none when null; gives the former one.
FaultHandler set_fault_handler(FaultHandler handler) noexcept;

}  // namespace v1
}  // namespace tarn
