// frames.hpp - a call as text, by the file it is in and the place there.
//
//     #2 /usr/bin/service+0x11d3 (4be2c01f9a88d310)
//
// Names of functions are for `tarn symbolize`: these words are what it reads.
//
// Cost     some hundred nanoseconds; for the program itself some system calls.
// Threads  shared, async-signal-safe: nothing is allocated or waited for.
// Failure  an address that is of no file is told as such.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/text.hpp"

#include <cstdint>

namespace tarn::check {

/// Adds frame `number` of a stack. `behind` is the address behind a call, as
/// stack_of() gives it; what is told is the last byte of the call, by the
/// addresses of the file, and the first eight bytes of its build id. A path
/// that is too long for the line is told from its end.
void write_frame(base::Line& line, unsigned number,
                 std::uintptr_t behind) noexcept;

/// The same of a global, as frame 0. False: it is none, and nothing was added.
bool write_global(base::Line& line, std::uintptr_t place) noexcept;

}  // namespace tarn::check
