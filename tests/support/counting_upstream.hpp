// counting_upstream.hpp - an upstream that remembers, and refuses on request.
//
// Tests stand pools on it. What is lent must come back, whole and once, before
// it ends: otherwise it says so and aborts, in every test alike. Memory comes
// filled with junk, so that nobody can rely on zeroes.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

namespace tarn::test {

class CountingUpstream final : public Upstream {
 public:
  static constexpr int never = -1;
  static constexpr unsigned char junk = 0xDB;

  struct Lent {
    std::size_t size;
    std::uint32_t owner;
  };

  /// Refuses the loan after `granted` ones; that one only, or all from there.
  explicit CountingUpstream(int granted = never, bool for_ever = true)
      : until_refusal_(granted), for_ever_(for_ever) {}
  CountingUpstream(const CountingUpstream&) = delete;
  CountingUpstream& operator=(const CountingUpstream&) = delete;

  ~CountingUpstream() { demand(out_.empty(), "a loan did not come back"); }

  Loan lend(const Ask& ask) noexcept override {
    asks.push_back(ask);
    demand(is_pow2(ask.align), "an ask's alignment is a power of two");
    if (refuses() || ask.size > most)
      return {};
    const std::size_t size = ask.size + extra;
    const std::size_t align = ask.align < max_align ? max_align : ask.align;
    void* const memory =
        std::aligned_alloc(align, detail::round_up(size, align));
    if (memory == nullptr)
      return {};
    std::memset(memory, junk, size);
    out_[memory] = {size, ask.owner};
    return {static_cast<std::byte*>(memory), size};
  }

  void take_back(Loan loan) noexcept override {
    const auto lent = out_.find(loan.memory);
    demand(lent != out_.end(), "only what was lent comes back, and once");
    demand(lent->second.size == loan.size, "a loan comes back whole");
    if (on_return != nullptr)
      on_return(loan);
    out_.erase(lent);
    std::free(loan.memory);
  }

  /// From now on refuses the loan after `granted` ones.
  void refuse_after(int granted, bool for_ever = true) {
    until_refusal_ = granted;
    for_ever_ = for_ever;
    refused_ = false;
  }

  [[nodiscard]] bool refused() const { return refused_; }
  [[nodiscard]] const std::map<void*, Lent>& loans() const { return out_; }
  [[nodiscard]] std::size_t loans_out() const { return out_.size(); }

  [[nodiscard]] std::size_t bytes_out() const {
    std::size_t sum = 0;
    for (const auto& [memory, lent] : out_)
      sum += lent.size;
    return sum;
  }

  /// Enters another owner for a loan, as a merge of two regions does.
  void hand_over(std::uint32_t from, std::uint32_t to) {
    for (auto& [memory, lent] : out_)
      if (lent.owner == from)
        lent.owner = to;
  }

  std::vector<Ask> asks;          // all of them, the refused ones too
  std::size_t extra = 0;          // bytes that a loan is larger than its ask
  std::size_t most = 1024 * MiB;  // larger asks are refused
  void (*on_return)(Loan loan) = nullptr;  // looks at what comes back

 private:
  static void demand(bool holds, const char* what) {
    if (holds)
      return;
    std::fprintf(stderr, "counting upstream: %s: broken\n", what);
    std::abort();
  }

  bool refuses() {
    if (until_refusal_ == never)
      return false;
    if (until_refusal_ > 0) {
      --until_refusal_;
      return false;
    }
    if (!for_ever_)
      until_refusal_ = never;
    refused_ = true;
    return true;
  }

  std::map<void*, Lent> out_;
  int until_refusal_;
  bool for_ever_;
  bool refused_ = false;
};

}  // namespace tarn::test
