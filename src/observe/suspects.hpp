// suspects.hpp - pools and blocks that may be leaked, for a snapshot.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/stats.hpp"

namespace tarn::observe {

/// Fills in the suspects of the snapshot.
void add_suspects(Snapshot& into) noexcept;

}  // namespace tarn::observe
