// sampling.hpp - what mode sampled did, for a snapshot.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/stats.hpp"

namespace tarn::observe {

/// Fills in the sampling of the snapshot.
void add_sampling(Snapshot& into) noexcept;

/// Times an hour that a bug is hit, for which the odds are told.
inline constexpr std::uint64_t told_hits[] = {10, 100, 1'000, 10'000, 100'000};

/// The kinds that have odds, and what they are called.
struct ToldKind {
  DrawStats SamplingStats::*draws;
  const char* name;   ///< for machines
  const char* words;  ///< for people
};
inline constexpr ToldKind told_kinds[] = {
    {&SamplingStats::blocks, "blocks", "blocks up to 32 KiB"},
    {&SamplingStats::large_blocks, "large_blocks", "larger blocks"},
    {&SamplingStats::regions, "regions", "regions"}};

}  // namespace tarn::observe
