// scan.hpp - the words from which the program can still reach something.
//
//     scan_roots(look, &found);       // globals and own stack: fast
//     scan_everything(look, &found);  // all that the process can write
//
// What tarn knows for itself is no root: its tables would keep everything.
//
// Cost     linear in the words, five bytes a nanosecond and what `look` costs.
// Threads  shared. Other threads' stacks are in scan_everything() only, as far
//          as they were ever used; their registers are in neither.
// Failure  false: some of it could not be read.
// SPDX-License-Identifier: MIT
#pragma once

#include "os/roots.hpp"

namespace tarn::check {

/// Leaves a table of tarn's own out of all that is scanned, from now on. False:
/// there is no place for another, and it is scanned.
bool leave_out(const void* table, std::size_t size) noexcept;

/// The same for a while, until put_back().
bool leave_out_for_now(const void* table, std::size_t size) noexcept;
void put_back(const void* table) noexcept;

/// Globals of all modules, what is thread-local to the caller, its stack from
/// the caller's frame on and its registers.
void scan_roots(os::LookAtStretch look, void* context) noexcept;

/// All that is private to the process and was written: the roots, stacks of
/// other threads, blocks of other allocators. Neither this thread's stack below
/// `frame` nor what lies in the address space of pools, see live_blocks.hpp.
[[nodiscard]] bool scan_everything(const std::byte* frame,
                                   os::LookAtStretch look,
                                   void* context) noexcept;

/// From now on, what a thread's calls have left on its stack goes with it: the
/// C library keeps stacks of threads that ended, where they are scanned.
void clear_stacks_at_end() noexcept;

template <class Scan>
[[gnu::noinline]] auto call_below(Scan& scan) noexcept {
  return scan(static_cast<const std::byte*>(__builtin_frame_address(0)));
}

/// Calls `scan` with the frame above which the stack is that of who calls, with
/// the registers they keep. What `scan` itself has lies below.
template <class Scan>
[[gnu::noinline]] auto with_registers(Scan&& scan) noexcept {
  __builtin_unwind_init();
  const auto result = call_below(scan);
  // No tail call, which would end this frame.
  asm volatile("" : : : "memory");
  return result;
}

}  // namespace tarn::check
