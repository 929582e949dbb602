// light.hpp - what a server does when it has little to do.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/clock.hpp"
#include "support/workload.hpp"

#include <chrono>
#include <thread>

namespace tarn::bench {

/// A request each millisecond: 100 blocks of up to 512 bytes, then their ends.
template <class Door>
void work_lightly(Door& door, std::uint64_t milliseconds) {
  constexpr std::size_t in_request = 100;
  void* blocks[in_request];
  const std::uint64_t until = wall_ns() + milliseconds * 1'000'000;
  while (wall_ns() < until) {
    for (std::size_t i = 0; i < in_request; ++i) {
      const std::size_t size = 16 + i * 5;
      blocks[i] = door.allocate(size);
      write_block(blocks[i], size, false);
    }
    for (void* const block : blocks)
      door.deallocate(block);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

}  // namespace tarn::bench
