// suspects.hpp - pools that live longer than any of their site ever did.
//
// A leak of pools shows by age, not by growth. If pools that grew old ended at
// least as often as their age says (half of those that are as old as the
// longest life before twice that), the chance that none of the old ones of a
// site ended is the product of longest life / age over them. A site is suspect
// when that is less than one in a million
// (docs/decisions/0027-when-pools-are-suspect.md has what else is asked, and
// figures).
//
// Cost     linear in the pools that live: some 10 ns each.
// Threads  shared; who looks waits for who does.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include "check/pools.hpp"
#include "check/sites.hpp"

namespace tarn::check {

/// Those of a site's beginning are not asked of: caches and workers that stay
/// come then, and how long a pool may live is not yet known.
inline constexpr std::uint32_t unjudged_ms = 300'000;
/// None is old that is younger, or than the longest life of its site, or that
/// was not overtaken: of those born later one ended.
inline constexpr std::uint32_t least_age_ms = 60'000;
inline constexpr std::uint32_t least_old = 8;
inline constexpr std::uint32_t least_completed = 100;
/// In bits: the sum of log2(age / longest life).
inline constexpr float least_evidence = 20;
/// Old ones must have come for some time, and still come: the oldest is so many
/// times as old as it must be, and so many are in the younger half of ages. Not
/// asked of a site that was suspect before, whose leak may have stopped.
inline constexpr std::uint32_t least_recent = 2;

/// A pool that only grows: at each of so many looks, that were some time apart,
/// it held an eighth more than before, and never less.
inline constexpr std::uint32_t growths_to_tell = 8;

struct Suspect {
  SitePlace site = 0;   ///< 0: one pool that only grows
  PoolNumber pool = 0;  ///< that one, or 0
  StackId stack = 0;    ///< who makes them; 0: not known
  PoolKind kind = PoolKind::none;
  std::uint32_t id = 0;          ///< whose name it has
  std::uint32_t pools = 0;       ///< that are too old
  std::uint32_t live = 0;        ///< of the site, old or not
  std::uint32_t completed = 0;   ///< that ended
  std::uint32_t longest_ms = 0;  ///< the longest life of those
  std::uint32_t oldest_ms = 0;   ///< the oldest one's age
  std::uint64_t bytes = 0;       ///< they hold, as far as they told
  bool has_doubled = false;      ///< twice as many as when it was told last
};

using LookAtSuspect = void (*)(void* context, const Suspect& found) noexcept;

/// Calls `look` for each suspect site, then for each pool that only grows.
void for_each_suspect(LookAtSuspect look, void* context) noexcept;

}  // namespace tarn::check
