// leaks.hpp - blocks and pools that nothing points to any more.
//
// What the program can still reach is marked from its globals, stacks and
// registers and from memory of other allocators on, through live blocks. What
// is left was forgotten. It is conservative: any word that looks like a pointer
// to or into a block keeps it.
//
// Cost     linear in what the process has written: some 0.5 s for a gigabyte.
// Threads  the caller's alone may run: what others have in registers is not
//          seen, so nothing is told where there are others.
// Failure  nothing is told: no memory for it, or no /proc.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::check {

enum class ForgottenBlocks : std::uint8_t {
  counted,  ///< one line, which is no fault, says how many
  told      ///< who allocated them is, as faults
};

/// Tells forgotten pools as faults and forgotten blocks as said: the largest
/// last. Returns how many faults were told.
std::size_t tell_leaks(ForgottenBlocks blocks) noexcept;

}  // namespace tarn::check
