// teller.hpp - how a room above tells describe() of the blocks in its slabs.
//
// Threads  shared. What is set must be async-signal-safe.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/describe.hpp"

namespace tarn::span {

/// Adds what is known of the block that was found.
using BlockTeller = void (*)(Description& found) noexcept;
void set_block_teller(BlockTeller teller) noexcept;

}  // namespace tarn::span
