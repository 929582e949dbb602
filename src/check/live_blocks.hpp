// live_blocks.hpp - every block that somebody has, of all checked pools.
//
// Who keeps records of blocks is a source of them and enters itself once; who
// looks for leaks or for pointers into an ended region asks all sources.
//
// Cost     as the sources say: linear in their blocks.
// Threads  shared; a source holds its own locks while it tells.
// Failure  false: there are too many sources.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/pools.hpp"
#include "check/record.hpp"

#include <cstddef>

namespace tarn::check {

/// A block, or what a pool has given out of a chunk whose blocks die together.
struct LiveBlock {
  const std::byte* memory = nullptr;
  std::size_t size = 0;  ///< as it was asked for; a chunk: what is used of it
  PoolNumber pool = 0;
  const Record* record = nullptr;  ///< null: nothing is known
  bool is_part_of_pool = false;    ///< it ends with its pool, never by itself
  /// What the pool borrowed: who points into it has the pool, and its words are
  /// those of the blocks in it.
  bool is_room = false;
  /// Nobody has it, or perhaps nobody, but its words are kept for its next use.
  /// It may hold what has ended.
  bool waits = false;
};

/// Must not ask for memory.
using LookAtBlock = void (*)(void* context, const LiveBlock& block) noexcept;

/// Calls `look` for each live block, in any order: none in quarantine, in a
/// cache, in a bin.
using TellBlocks = void (*)(LookAtBlock look, void* context) noexcept;

bool add_source_of_blocks(TellBlocks source) noexcept;

void for_each_live_block(LookAtBlock look, void* context) noexcept;

/// A pool's own object, where it has a block of another malloc to itself: what
/// it points to is kept by who points to it. Tells those of checked pools that
/// live.
void for_each_handle(LookAtBlock look, void* context) noexcept;

/// What to tell of a pool's object, or not.
void tell_handle(LookAtBlock look, void* context, const void* object,
                 std::size_t size, PoolNumber pool) noexcept;
/// The sources of regions and of object pools.
void tell_region_handles(LookAtBlock look, void* context) noexcept;
void tell_object_handles(LookAtBlock look, void* context) noexcept;

/// The source of the checked heaps (heap_blocks.cpp).
void tell_heap_blocks(LookAtBlock look, void* context) noexcept;
/// That of the checked object pools (object_blocks.cpp).
void tell_object_blocks(LookAtBlock look, void* context) noexcept;

}  // namespace tarn::check
