// in_place.hpp - a report through `tarn symbolize`, so that it has names at
// once.
//
// The command is looked for beside the library, in bin of the folders around
// it, and in PATH.
//
// Cost     a process that reads the symbols of the program.
// Threads  confined to who has the turn (turn.hpp); async-signal-safe.
// Failure  false: there is no command that would.
// SPDX-License-Identifier: MIT
#pragma once

#include "os/filter.hpp"

namespace tarn::check {

[[nodiscard]] bool start_symbolize(os::Filter& filter) noexcept;

}  // namespace tarn::check
