// kept_reachable.hpp - pointers to blocks that nobody need give back.
//
// Memcheck calls a block lost when no pointer to it remains. One of a region
// goes with its region, whether or not its user remembers it; so a pointer to
// each lies in a table, which memcheck reads as it reads all memory.
//
// Cost     a lock.
// Threads  shared.
// Failure  0, where there are more than four million: such a block may be told.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::check {

/// Its number among those that are kept; 0 where there is no memcheck, too.
[[nodiscard]] std::uint32_t keep_reachable(const std::byte* block,
                                           std::size_t size) noexcept;
/// It has another size; what it had before. Of number 0 that is `size`.
std::size_t resize_kept(std::uint32_t number, std::size_t size) noexcept;
void let_go(std::uint32_t number) noexcept;

// Around a fork.
void hold_kept() noexcept;
void let_kept_go() noexcept;

}  // namespace tarn::check
