// stack_table.hpp - call stacks in one piece of memory, each kept once.
//
//     | heads | calls of a stack | calls of a stack | ... | never touched |
//
// A stack's number is its distance from the beginning, in words of eight bytes.
// Stacks of one hash are a list. Nothing is ever taken out. With each is kept
// how long blocks lived that it allocated.
//
// Cost     linear in the calls; a new stack takes three words and one for each
//          call.
// Threads  shared, async-signal-safe: a stack is made ready, then published by
//          one compare-and-swap.
// Failure  number 0: it is full.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/lives.hpp"
#include "check/record.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tarn::check {

struct Stack {
  const std::uintptr_t*
      frames;      ///< addresses behind the calls, innermost first
  unsigned count;  ///< 0: not known
};

class StackTable {
 public:
  static constexpr std::size_t least_size = std::size_t{64} << 10;
  /// Numbers reach so far.
  static constexpr std::size_t most_size = std::size_t{32} << 30;

  constexpr StackTable() = default;
  /// Zeros, usable as long as the table is; of a size between those two.
  StackTable(std::byte* memory, std::size_t size) noexcept;

  /// The number of the stack of these calls, from 1 to 255.
  [[nodiscard]] StackId enter(const std::uintptr_t* calls,
                              unsigned count) noexcept;
  /// The stack of a number that enter() gave.
  [[nodiscard]] Stack find(StackId id) const noexcept;
  /// Of what that stack allocates, whose first one was born when it came.
  [[nodiscard]] Lives& lives(StackId id) const noexcept {
    return entry(id)->lives;
  }

  [[nodiscard]] bool is_full() const noexcept {
    return used_.load(std::memory_order_relaxed) > size_;
  }

 private:
  // In memory behind it: `count` calls.
  struct Entry {
    std::uint32_t next;  // number of the next stack with this head, or 0
    std::uint32_t hash : 24;
    std::uint32_t count : 8;
    Lives lives;
  };
  using Head = std::atomic<StackId>;

  [[nodiscard]] Entry* entry(StackId id) const noexcept {
    return reinterpret_cast<Entry*>(memory_ + std::size_t{id} * 8);
  }
  // Among those of a list before the stack `end`.
  [[nodiscard]] StackId find(StackId first, StackId end, std::uint32_t hash,
                             const std::uintptr_t* calls,
                             unsigned count) const noexcept;
  Entry* make(const std::uintptr_t* calls, unsigned count) noexcept;

  std::byte* memory_ = nullptr;
  std::size_t size_ = 0;
  unsigned head_bits_ = 0;
  // Bytes given out; beyond size_ when it is full. Orders nothing.
  std::atomic<std::size_t> used_{0};
};

}  // namespace tarn::check
