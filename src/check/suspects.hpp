// suspects.hpp - pools and blocks that live longer than any of their site ever
// did.
//
// A leak shows by age, not by growth: lives.hpp has the rule. The site of a
// pool is who makes it, that of a block who allocates it.
//
// Cost     linear in the pools and in the blocks of checked heaps and object
//          pools that live: some 10 ns each. Those who allocate there wait.
// Threads  shared; who looks waits for who does.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include "check/pools.hpp"
#include "check/sites.hpp"

namespace tarn::check {

/// A pool that only grows: at each of so many looks, that were some time apart,
/// it held an eighth more than before, and never less.
inline constexpr std::uint32_t growths_to_tell = 8;

struct Suspect {
  SitePlace site = 0;   ///< 0: one pool that only grows, or blocks
  PoolNumber pool = 0;  ///< that one, or 0
  StackId stack = 0;    ///< who makes them; 0: not known
  PoolKind kind = PoolKind::none;
  std::uint32_t id = 0;          ///< whose name it has
  bool is_of_blocks = false;     ///< not of pools but of blocks in such ones
  bool is_drawn = false;         ///< of blocks, those that were drawn alone
  std::uint32_t count = 0;       ///< that are too old
  std::uint32_t live = 0;        ///< pools of the site, old or not
  std::uint32_t completed = 0;   ///< that ended
  std::uint32_t longest_ms = 0;  ///< the longest life of those
  std::uint32_t oldest_ms = 0;   ///< the oldest one's age
  std::uint64_t bytes = 0;       ///< they hold, as far as is known
};

using LookAtSuspect = void (*)(void* context, const Suspect& found) noexcept;

/// Calls `look` for each suspect site, then for each pool that only grows, then
/// for sites of blocks, the largest first.
void for_each_suspect(LookAtSuspect look, void* context) noexcept;

/// Before there are threads: forks wait for whoever looks.
void watch_suspects() noexcept;

}  // namespace tarn::check
