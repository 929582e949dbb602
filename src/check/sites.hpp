// sites.hpp - where pools are made, and what became of those made there.
//
// A site is a call stack; where stacks are not to be had, a kind and a name.
//
// Cost     a look into a table; counts are of all threads.
// Threads  shared; what counts orders nothing.
// Failure  null: there are too many sites. Their pools are counted nowhere.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include "check/lives.hpp"
#include "check/record.hpp"

#include <atomic>
#include <cstdint>

namespace tarn::check {

struct Site {
  /// The stack, or the hash of kind and name with the highest bit; 0: free.
  /// Written once; the release pairs with the acquire of a look-up.
  std::atomic<std::uint64_t> key;
  std::atomic<StackId> stack;
  std::atomic<PoolKind> kind;
  std::atomic<std::uint32_t> id;  ///< of the latest pool with a name
  std::atomic<std::uint32_t> born;
  Lives lives;

  // Of whoever looks for suspects, under their lock.
  OldOnes old;
  std::uint32_t told;       ///< of `old`, when it was told last
  std::uint32_t oldest_id;  ///< the oldest one's name

  [[nodiscard]] std::uint32_t live() const noexcept {
    return born.load(std::memory_order_relaxed) -
           lives.ended.load(std::memory_order_relaxed);
  }
};

inline constexpr std::uint32_t most_sites = 1u << 14;

/// By place, from 1; 0 is none.
using SitePlace = std::uint32_t;

[[nodiscard]] SitePlace site_place(StackId stack, PoolKind kind,
                                   std::uint32_t id) noexcept;
[[nodiscard]] Site* site_at(SitePlace place) noexcept;

/// Places from here on were never used.
[[nodiscard]] SitePlace sites_end() noexcept;

}  // namespace tarn::check
