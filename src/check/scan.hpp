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

/// Leaves a table of tarn's own out of all that is scanned, from now on. A few
/// dozen only; false: there is no place, and it is scanned.
bool leave_out(const void* table, std::size_t size) noexcept;

/// The same for a while: of the table that begins there.
void put_back(const void* table) noexcept;

/// Globals of all modules, what is thread-local to the caller, its stack from
/// the caller's frame on and its registers.
void scan_roots(os::LookAtStretch look, void* context) noexcept;

/// All that is private to the process and was written: the roots, stacks of
/// other threads, blocks of other allocators. Neither the caller's stack below
/// its frame nor what lies in the address space of pools, see live_blocks.hpp.
[[nodiscard]] bool scan_everything(os::LookAtStretch look,
                                   void* context) noexcept;

}  // namespace tarn::check
