// fixed_stats.hpp - what a fixed heap says of itself, whatever its fit.
//
// Threads  none; there is nothing here at run time.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {

struct FixedHeapStats {
  std::size_t size = 0;  ///< bytes that blocks and their headers can have
  std::size_t used = 0;  ///< of those now, rounding included
  std::size_t peak = 0;  ///< the most that ever were
  std::size_t largest_free = 0;     ///< what allocate would grant now
  std::size_t largest_request = 0;  ///< that ever came and was granted
  std::size_t smallest_block = 0;   ///< of all that ever were, with its header
  std::size_t refusals = 0;         ///< requests that got nothing
  std::size_t fragmented = 0;  ///< of those, with enough bytes free, in pieces
  std::int64_t headroom = 0;   ///< bytes above the bound so far
};

}  // namespace v1
}  // namespace tarn
