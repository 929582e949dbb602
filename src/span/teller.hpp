// teller.hpp - how a room above tells describe() of the blocks in its slabs.
//
// Threads  shared. What is set must be async-signal-safe.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/describe.hpp"

#include <atomic>

namespace tarn::span {

/// Adds what is known of the block that was found.
using BlockTeller = void (*)(Description& found) noexcept;
void set_block_teller(BlockTeller teller) noexcept;

/// Set by whoever guards chunks that it was lent, before the first: how a chunk
/// begins is not read then before it is asked whether that can be read.
inline constinit std::atomic<bool> some_chunks_are_guarded{false};

}  // namespace tarn::span
