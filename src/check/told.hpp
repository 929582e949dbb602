// told.hpp - which faults were told already, where the program goes on.
//
// Cost     a look into a table of 16 KiB, of which little is touched.
// Threads  shared, async-signal-safe.
// Failure  beyond a thousand different ones all are held for repeats.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/report.hpp"

#include <cstdint>

namespace tarn::check {

/// Whether the same was told before: a fault of the same kind, of a block with
/// the same stacks, found by the same stack. Else it is from now on.
[[nodiscard]] bool was_told(const Finding& finding, StackId found_by) noexcept;

struct ToldFaults {
  std::uint64_t told;
  std::uint64_t repeats;
};
[[nodiscard]] ToldFaults told_faults() noexcept;

}  // namespace tarn::check
