// sizes.hpp - the sizes that the heap's benchmarks ask for.
//
// Threads  shared: values.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/workload.hpp"

#include <string>

namespace tarn::bench {

/// 55 % uniform in 16..128 bytes, 30 % in 129..512, 14 % in 513..1024, 1 % in
/// 4..32 KiB.
[[nodiscard]] inline std::uint32_t mixed_size(Random& random) {
  const std::uint32_t percent = random.between(0, 99);
  if (percent < 55)
    return random.between(16, 128);
  if (percent < 85)
    return random.between(129, 512);
  if (percent < 99)
    return random.between(513, 1024);
  return random.between(4096, 32768);
}

/// 64, another number for that many bytes, or mixed.
[[nodiscard]] inline std::uint32_t size_of_kind(const std::string& kind,
                                                Random& random) {
  return kind == "mixed" ? mixed_size(random)
                         : static_cast<std::uint32_t>(std::stoul(kind));
}

}  // namespace tarn::bench
