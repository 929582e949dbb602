// touch.hpp - a touch of what lies around a block, or of one that ended.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/distance.hpp"
#include "check/record.hpp"
#include "check/report.hpp"

namespace tarn::check {

/// How far `p` is from a block of `size` bytes.
[[nodiscard]] Distance distance_of(const void* p, const std::byte* block,
                                   std::size_t size) noexcept;

/// Tells all of it but the pool, "read of 0x12: 3 bytes behind 0x2 (13 bytes,
/// ", and shows the block.
void begin_touch(Finding& finding, const void* p, bool is_write,
                 const std::byte* block, const Record& record,
                 bool is_freed) noexcept;

}  // namespace tarn::check
