// chunks.hpp - how a Region borrows a chunk and takes it into use.
//
// For the straight lines of lanes.cpp and for the slow half of region.cpp.
//
// Threads  confined, as the region.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include "port/world.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {

inline Loan Region::lend(std::size_t size) noexcept {
  // Set one by one, since all at once writes what lies between them, too.
  Ask ask;
  ask.size = size;
  ask.align = max_align;
  ask.kind = PoolKind::region;
  ask.urgent = resetting_;
  ask.owner = id_;
  if (upstream_ == nullptr) [[likely]]
    return port::system_lend(ask);
  return upstream_->lend(ask);
}

inline void Region::forget_blocks() noexcept {
  newest_mark_ = nullptr;
  recycled_ = nullptr;
  ran_out_ = false;
}

// Of the chunk being filled, which has `left` bytes, and a new one whose first
// block ends at `next`, the one with less room is closed. True: the new one.
inline bool Region::keeps_current(std::size_t left, detail::RegionChunk* chunk,
                                  std::byte* next) noexcept {
  if (left > detail::bytes_between(next, chunk->end())) {
    chunk->filled_until = next;
    return true;
  }
  current_->filled_until = next_;
  return false;
}

inline detail::RegionChunk* Region::enter(Loan loan,
                                          detail::RegionChunk* older) noexcept {
  held_ += loan.size;
  auto* const chunk = ::new (loan.memory) detail::RegionChunk;
  chunk->older = older;
  chunk->size = loan.size;
  chunk->resource = {};
  chunks_ = chunk;
  return chunk;
}

}  // namespace v1
}  // namespace tarn
