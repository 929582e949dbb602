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

}  // namespace tarn::observe
