// requests.hpp - the work of a request without the request: only its blocks.
//
// Cost     that of the memory, and a word written to each block.
// Threads  each thread serves its own requests.
// Failure  throws std::runtime_error when memory is out.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/jobs.hpp"
#include "worker/sizes.hpp"

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace tarn::compare {

inline constexpr std::size_t blocks_of_request = 100;

/// The floor: a pointer that moves through bytes of its own, and starts over.
class RawJob {
 public:
  struct Memory {};

  explicit RawJob(const Memory&) noexcept : at_(bytes()) {}

  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    std::byte* const block = at_;
    at_ += rounded(size, max_align);
    if (at_ > bytes() + room - largest)
      at_ = bytes();
    return block;
  }

 private:
  // Most requests fit into it; those that do not write over their beginning.
  static constexpr std::size_t room = 256 * 1024;
  static constexpr std::size_t largest = 40 * 1024;

  static std::byte* bytes() noexcept {
    alignas(max_align) thread_local std::byte all[room];
    return all;
  }

  std::byte* at_;
};

[[noreturn]] inline void out_of_memory() {
  throw std::runtime_error("there is no memory left on this machine");
}

/// Requests, each of which makes its blocks, writes a word of each, and ends.
/// `at` is where in the table of sizes they begin.
template <class Job>
void serve(const typename Job::Memory& memory, std::size_t requests,
           std::size_t at) {
  const std::vector<std::uint32_t>& sizes = request_sizes();
  for (std::size_t i = 0; i < requests; ++i) {
    Job job(memory);
    for (std::size_t k = 0; k < blocks_of_request; ++k) {
      const std::size_t size = sizes[at++ % sizes.size()];
      auto* const block = static_cast<std::byte*>(job.allocate(size));
      if (block == nullptr)
        out_of_memory();
      // The last word: malloc's chain has the first ones.
      std::memcpy(block + size - sizeof size, &size, sizeof size);
    }
  }
}

/// What each member of a team does: so many requests, from its own place in
/// the table.
template <class Job>
[[nodiscard]] auto serving(const typename Job::Memory& memory) {
  return [memory](std::size_t member, std::size_t requests) {
    serve<Job>(memory, requests, member * 1000);
  };
}

}  // namespace tarn::compare
