// region_ledger.hpp - an upstream that knows on whose behalf it lends, and
// looks at all that comes back.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "laws/region_model.hpp"
#include "support/counting_upstream.hpp"

namespace tarn::test {

class Ledger final : public Upstream {
 public:
  /// The calls from now on are those of `twin`.
  void begin(Twin& twin) {
    acting_ = &twin;
    fresh.clear();
    asks = 0;
    is_refused = false;
  }

  Loan lend(const Ask& ask) noexcept override {
    law(ask.kind == PoolKind::region, "8: an ask tells what asks");
    law(ask.urgent == acting_->is_resetting,
        "8: an ask is urgent inside a reset or rewind, and only there");
    ++asks;
    const Loan loan = counting.lend(ask);
    counting.asks.clear();
    is_refused = !loan;
    if (loan) {
      owners_[loan.memory] = acting_;
      fresh.push_back(loan);
    }
    return loan;
  }

  void take_back(Loan loan) noexcept override {
    Twin& twin = *owners_.at(loan.memory);
    const auto large = std::find_if(
        twin.larges.begin(), twin.larges.end(),
        [loan](const Large& one) { return one.loan.memory == loan.memory; });
    if (large != twin.larges.end()) {
      if (twin.is_wiping)
        law_is_wiped(large->block, large->end());
      twin.larges.erase(large);
    } else {
      return_chunk(twin, loan);
    }
    end_blocks(twin, loan.memory, loan.memory + loan.size);
    owners_.erase(loan.memory);
    counting.take_back(loan);
  }

  /// What `from` borrowed is `to`'s.
  void hand_over(const Twin& from, Twin& to) {
    for (auto& [memory, owner] : owners_)
      if (owner == &from)
        owner = &to;
  }

  /// Blocks in [from, to) have ended; until then they kept their bytes.
  void end_blocks(const Twin& twin, std::byte* from, std::byte* to) {
    auto block = blocks.lower_bound(from);
    while (block != blocks.end() && block->first < to) {
      if (!twin.is_wiping)
        look_at(block->first, block->second);
      block = blocks.erase(block);
    }
  }

  static void look_at(const std::byte* at, const Block& block) {
    law(block.is_record || is_all(at, block.size, block.mark),
        "1: a live block keeps its bytes");
  }

  CountingUpstream counting;
  Blocks blocks;
  std::vector<Loan> fresh;  // lent since begin()
  std::size_t asks = 0;     // since begin()
  bool is_refused = false;  // the last ask

 private:
  static void return_chunk(Twin& twin, Loan loan) {
    const auto is_it = [loan](const Chunk& chunk) {
      return chunk.memory == loan.memory;
    };
    const auto chunk =
        std::find_if(twin.chunks.begin(), twin.chunks.end(), is_it);
    if (chunk != twin.chunks.end() && twin.is_wiping)
      law_is_wiped(chunk->begin(), chunk->touched);
    // A region that goes on keeps what its options let it keep.
    if (twin.is_resetting && !twin.is_ending)
      law(twin.region->held() + loan.size > twin.retain,
          "5: only what is beyond the retention goes back");
    twin.lose_chunk(loan.memory);
  }

  Twin* acting_ = nullptr;
  std::map<std::byte*, Twin*> owners_;
};

}  // namespace tarn::test
