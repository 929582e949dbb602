// pools.hpp - every pool that is checked, and those that were.
//
// Threads  shared; looking up is async-signal-safe.
// Failure  number 0, for which there is a name all the same: no memory.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include "base/text.hpp"
#include "check/record.hpp"

namespace tarn::check {

/// Never used again.
using PoolNumber = std::uint32_t;

struct PoolEntry {
  PoolKind kind;
  bool is_default;            ///< the heap that malloc and the like use
  std::uint32_t id;           ///< in the table of names; 0: without a name
  PoolNumber parent;          ///< 0: none
  StackId site;               ///< who made it
  StackId ended_by;           ///< 0: it lives
  std::uint32_t born, ended;  ///< port::clock_ms()
};

/// Called once by a pool that begins to be checked.
[[nodiscard]] PoolNumber enter_pool(PoolKind kind, std::uint32_t id,
                                    PoolNumber parent = 0) noexcept;
void leave_pool(PoolNumber number) noexcept;

/// What is known of it, of one that ended as well; null: too long ago.
[[nodiscard]] const PoolEntry* pool_entry(PoolNumber number) noexcept;

/// "object pool 'connection'", "the heap".
void write_pool(base::Line& line, PoolNumber number) noexcept;

}  // namespace tarn::check
