// pools.hpp - what each pool holds, by its name, from the page map.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/stats.hpp"

namespace tarn::observe {

/// Fills in the pools of the snapshot, and the bookkeeping.
void add_pools(Snapshot& into) noexcept;

}  // namespace tarn::observe
