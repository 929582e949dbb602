// fixed_mode.hpp - whether a fixed pool that can be looked at is.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"

#include <cstddef>

namespace tarn::port {

/// What `asked` comes to: the process's mode where there is an environment that
/// can say one, else full.
[[nodiscard]] CheckMode fixed_mode(CheckMode asked) noexcept;

struct FixedWatch {
  const void* pool;
  std::size_t size;  ///< with all of its blocks
  void (*look)(const void* pool) noexcept;
  bool is_shared;  ///< any thread may look
};

/// A pool that is looked at has begun. Those that are globals are looked at by
/// check_all(), confined ones for their thread, and at the program's end; of
/// others nobody says when they end.
void watch_fixed(const FixedWatch& watch) noexcept;

}  // namespace tarn::port
