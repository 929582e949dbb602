// arena.hpp - an upstream that lends the same memory in each run, a piece once.
//
// Threads  confined; its fibers are.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include "interleave/explorer.hpp"

namespace tarn::interleave {

class Arena : public Upstream {
 public:
  // More than any scenario borrows.
  static constexpr std::size_t most = 2 * MiB;

  void begin() {
    refuses = false;
    out = 0;
    last = {};
    used_ = 0;
  }

  Loan lend(const Ask& ask) noexcept override {
    used_ = detail::round_up(used_, ask.align);
    if (refuses)
      return {};
    require(used_ + ask.size <= most, "a scenario needs little memory");
    std::byte* const lent = memory() + used_;
    used_ += ask.size;
    out += ask.size;
    last = {lent, ask.size};
    // What others find there begins with plain writes, of which compilers need
    // not tell.
    if (tells_of_loans)
      access(lent, ask.size, true);
    return last;
  }

  // It may be anybody's now: who has not been told of its return must not touch
  // its head, which who holds one of its slots may read.
  void take_back(Loan loan) noexcept override {
    access(loan.memory, watched_of_return, true);
    out -= loan.size;
  }

  [[nodiscard]] static std::byte* memory() {
    alignas(64 * KiB) static std::byte all[most];
    return all;
  }

  bool refuses = false;
  bool tells_of_loans = false;
  std::size_t out = 0;  // bytes that are lent
  Loan last{};          // that was lent

 private:
  static constexpr std::size_t watched_of_return = 128;

  std::size_t used_ = 0;
};

}  // namespace tarn::interleave
