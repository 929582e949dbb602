// cgroup.hpp - how much memory the control group of this process may have.
//
// Cost     a few small files are read; nothing is allocated.
// Threads  shared.
// Failure  no limit is told where there is none or it cannot be read.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace tarn::os {

struct GroupLimits {
  static constexpr std::uint64_t none = ~std::uint64_t{0};

  std::uint64_t high = none;  ///< beyond it the kernel slows the group down
  std::uint64_t max = none;   ///< beyond it the kernel ends a process of it
};

/// The least of the group's limits and of those of the groups around it: of
/// version 2 of the interface (memory.high, memory.max), or of version 1
/// (memory.soft_limit_in_bytes, memory.limit_in_bytes). `membership` is what
/// /proc/self/cgroup says, `root` where the groups are mounted.
[[nodiscard]] GroupLimits group_limits(
    const char* membership = "/proc/self/cgroup",
    const char* root = "/sys/fs/cgroup") noexcept;

}  // namespace tarn::os
