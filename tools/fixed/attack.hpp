// attack.hpp - how large a heap can a program force a fit to need?
//
// A program asks for blocks of growing sizes. Before each size it frees all it
// can but for a few blocks that keep what is free in pieces too small for that
// size (after Robson 1971): which ones is its rule. Several rules with several
// sizes are tried, and those of the best changed by chance, from a fixed seed.
// What wins is played once more over the heap of one granule less, which must
// refuse it: nothing here is believed without that.
//
// It is an adversary and no proof: what it forces, a fit may need; that it may
// not need more, only a bound says.
//
// Cost     a few milliseconds a try at 4096 granules; fits whose time grows
//          with the free blocks take much longer.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "fixed/sequence.hpp"
#include "fixed/subject.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tarn::compare::fixed {

/// Which blocks stay before the next size.
enum class Rule : std::uint8_t {
  most_blocks,  ///< those over one cell of each two sizes; the half with more
  least_bytes,  ///< the same; the half with fewer bytes
  first_cells,  ///< the same; always the first half
  pins,         ///< the least bytes that leave no place for the next size
  aligned_pins  ///< the same, where places are multiples of their size
};

/// What comes before the sizes.
enum class Start : std::uint8_t {
  plain,  ///< nothing
  crawl,  ///< a large block, a small one behind it, the large goes
  stairs  ///< free places of growing sizes, each just too small for the next
};

struct Program {
  Rule rule = Rule::most_blocks;
  std::vector<std::uint32_t> sizes;  ///< granules
  Start start = Start::plain;
  std::uint32_t first = 0;  ///< granules of the lowest stair
  std::uint32_t step = 0;   ///< by which they grow, and of what lies between
};

/// The rule in a word or two, as tables show it.
[[nodiscard]] std::string name_of(const Program& program);

struct Forced {
  Sequence sequence;
  Program program;
};

struct Limits {
  std::uint32_t live;     ///< granules at one time, heads included
  std::uint32_t largest;  ///< granules of a block
  bool any_size;          ///< not only powers of two
  int tries;              ///< changes by chance
};

/// The largest heap that some program within the limits forces.
[[nodiscard]] Forced force(Subject& subject, const Limits& limits);

/// The least heap, in granules, that serves all of it, one granule less being
/// refused; 0: none of up to `most` does.
[[nodiscard]] std::uint32_t least_heap(Subject& subject,
                                       const Sequence& sequence,
                                       std::uint32_t most);

}  // namespace tarn::compare::fixed
