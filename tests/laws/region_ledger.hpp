// region_ledger.hpp - one book of loans behind several upstreams, and behind
// the system lane where a law puts it there: it knows on whose behalf it lends,
// and looks at all that comes back.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "laws/region_model.hpp"
#include "port/world.hpp"
#include "support/counting_upstream.hpp"

namespace tarn::test {

class Ledger {
 public:
  /// An upstream of its own to those who stand on it.
  class Door final : public Upstream {
   public:
    explicit Door(Ledger& ledger) : ledger_(ledger) {}
    Loan lend(const Ask& ask) noexcept override {
      return ledger_.lend(ask, this);
    }
    void take_back(Loan loan) noexcept override {
      ledger_.take_back(loan, this);
    }

   private:
    Ledger& ledger_;
  };

  Ledger() { at_work = this; }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger() { at_work = nullptr; }

  /// The calls from now on are those of `twin`.
  void begin(Twin& twin) {
    acting_ = &twin;
    fresh.clear();
    asks = 0;
    is_refused = false;
  }

  /// `door` is null for the system lane.
  Loan lend(const Ask& ask, const Door* door) {
    law(door == acting_->upstream, "8: a region asks its own upstream");
    law(ask.kind == PoolKind::region &&
            port::pool_name(ask.owner) == acting_->name,
        "8: an ask tells what asks");
    law(ask.urgent == acting_->is_resetting,
        "8: an ask is urgent inside a reset or rewind, and only there");
    ++asks;
    const Loan loan = counting.lend(ask);
    counting.asks.clear();
    is_refused = !loan;
    if (loan) {
      lent_[loan.memory] = {acting_, door, ask.owner};
      fresh.push_back(loan);
    }
    return loan;
  }

  void take_back(Loan loan, const Door* door) {
    const auto lent = lent_.find(loan.memory);
    law(lent != lent_.end(), "5: what comes back was lent");
    law(lent->second.door == door, "5: a loan comes back to who lent it");
    law(door != nullptr || lent->second.pool == 0,
        "8: what comes back to the system bears no name");
    Twin& twin = *lent->second.twin;
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
    lent_.erase(lent);
    counting.take_back(loan);
  }

  /// Enters another pool's id for a loan of the system lane.
  void retag(Loan loan, std::uint32_t pool) {
    const auto lent = lent_.find(loan.memory);
    law(lent != lent_.end(), "8: what gets a name is lent");
    lent->second.pool = pool;
  }

  void look_at_names() const {
    for (const auto& [memory, lent] : lent_)
      law(lent.door != nullptr || port::pool_name(lent.pool) == lent.twin->name,
          "8: the system knows whose each loan is");
  }

  /// What `from` borrowed is `to`'s.
  void hand_over(const Twin& from, Twin& to) {
    for (auto& [memory, lent] : lent_)
      if (lent.twin == &from)
        lent.twin = &to;
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

  static inline Ledger* at_work = nullptr;

  CountingUpstream counting;
  Blocks blocks;
  std::vector<Loan> fresh;  // lent since begin()
  std::size_t asks = 0;     // since begin()
  bool is_refused = false;  // the last ask

 private:
  struct Lent {
    Twin* twin;
    const Door* door;
    std::uint32_t pool;
  };

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
  std::map<std::byte*, Lent> lent_;
};

}  // namespace tarn::test
