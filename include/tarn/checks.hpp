// checks.hpp - faults: broken promises that tarn found, and how it says so.
//
// Running out of memory is a value (nullptr); misuse is a fault. A fault writes
// one exact line to standard error, `tarn: fault: ...`, without allocating or
// locking, then calls the handler, then aborts. docs/faults.md lists the lines.
//
// Cost     nothing until a fault is found.
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
  corrupted            ///< a pool's own bytes were written by somebody else
};

/// Called with the fault and its line, zero-terminated, after the line was
/// written. When it returns, the process aborts. Must be async-signal-safe.
using FaultHandler = void (*)(Fault fault, const char* line) noexcept;

/// Makes `handler` the one to call, or none when null; gives the former one.
FaultHandler set_fault_handler(FaultHandler handler) noexcept;

}  // namespace v1
}  // namespace tarn
