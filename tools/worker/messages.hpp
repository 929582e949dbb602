// messages.hpp - blocks that one thread makes and another one ends.
//
// Cost     that of the memory, a word of each block written and read, and the
//          ring.
// Threads  one sends, one receives.
// Failure  throws std::runtime_error when memory is out.
// SPDX-License-Identifier: MIT
#pragma once

#include "worker/requests.hpp"
#include "worker/ring.hpp"

#include <array>
#include <optional>

namespace tarn::compare {

inline constexpr std::size_t blocks_of_message = 20;
inline constexpr std::uint32_t least_of_message = 32;
inline constexpr std::uint32_t most_of_message = 287;

/// The floor: a message's blocks lie in the message itself.
class RawMessageJob {
 public:
  struct Memory {};

  explicit RawMessageJob(const Memory&) noexcept : at_(bytes_) {}

  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    std::byte* const block = at_;
    at_ += rounded(size, max_align);
    return block;
  }

 private:
  std::byte* at_;
  alignas(max_align)
      std::byte bytes_[blocks_of_message * rounded(most_of_message, max_align)];
};

template <class Job>
struct Message {
  std::optional<Job> job;
  std::array<std::uint32_t*, blocks_of_message> blocks;
};

template <class Job>
using Messages = Ring<Message<Job>, 64>;

template <class Job>
void send(const typename Job::Memory& memory, Messages<Job>& ring,
          std::size_t count) {
  const std::vector<std::uint32_t>& sizes = request_sizes();
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Message<Job>& message = ring.next_free();
    message.job.emplace(memory);
    for (std::uint32_t*& block : message.blocks) {
      const std::uint32_t size =
          least_of_message +
          sizes[at++ % sizes.size()] % (most_of_message - least_of_message + 1);
      auto* const bytes = static_cast<std::byte*>(message.job->allocate(size));
      if (bytes == nullptr)
        out_of_memory();
      block = reinterpret_cast<std::uint32_t*>(bytes + least_block);
      *block = size;
    }
    ring.publish();
  }
}

template <class Job>
void receive(Messages<Job>& ring, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Message<Job>& message = ring.next_filled();
    for (const std::uint32_t* const block : message.blocks)
      if (*block < least_of_message)
        throw std::runtime_error("a message arrived with other bytes");
    message.job.reset();
    ring.give_back();
  }
}

}  // namespace tarn::compare
