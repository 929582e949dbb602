// workload.hpp - what the heaps are asked for: programs of calls, drawn once
// from a seed, so that every heap has the same.
//
// `device`: jobs such as a device has. Each makes a message, a few small
// blocks and now and then a large one; most of them end with the job, last one
// first, others stay for a while. Four jobs are under way at a time. `random`:
// sizes whose logarithm is uniform, and any block may be the next to go.
//
// Both keep about half of the heap asked for, and end what they made.
//
// Cost     a few nanoseconds a call.
// Threads  shared once made.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tarn::compare::fixed {

/// Slot `slot` gets a block of `size` bytes; 0: its block goes.
struct Call {
  std::uint32_t slot;
  std::uint32_t size;
};

struct Workload {
  const char* name;
  std::vector<Call> calls;
  std::size_t slots = 0;
  std::size_t peak = 0;     ///< bytes asked for at most at one time
  std::size_t peak_at = 0;  ///< the call that makes it so
};

[[nodiscard]] Workload device_workload(std::size_t heap);
[[nodiscard]] Workload random_workload(std::size_t heap);

/// Every granule of a heap, or of its first 256 KiB, has a block, then every
/// other one is free: for who looks at
/// each free block in turn, the longest way. Then come pairs of calls for two
/// granules, which fit nowhere but at the end; `counted` is the first of them.
struct Comb {
  Workload workload;
  std::size_t counted = 0;
};
[[nodiscard]] Comb comb(std::size_t heap, std::size_t head);

}  // namespace tarn::compare::fixed
