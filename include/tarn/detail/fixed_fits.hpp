// fixed_fits.hpp - the fits of a fixed heap: how each finds room, and how much
// of it is enough.
//
// Threads  none; there is no state.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_bounds.hpp"
#include "tarn/detail/fixed_buddy.hpp"
#include "tarn/detail/fixed_fragments.hpp"
#include "tarn/detail/fixed_tree.hpp"

namespace tarn {
inline namespace v1 {

namespace detail {

/// What fits over fragments have in common.
template <class OneIndex>
struct FragmentFit {
  using Index = OneIndex;
  using Heap = FragmentHeap<Index>;
  static constexpr bool is_bounded = Index::is_bounded;

  static constexpr std::size_t required_bytes(std::size_t live,
                                              std::size_t largest,
                                              std::size_t smallest) noexcept {
    need_a_heap_of(live);
    need_a_heap_of(largest);
    return buffer_with<Index>(
        bound(most_cells_of(live, largest, smallest), live / smallest,
              Index::rounded(cells_for(largest)), cells_for(smallest)));
  }
  /// Bytes that a bound asks for what a heap has seen: that of any fit, since
  /// an alignment asks for more than its block has.
  static constexpr std::uint64_t needed(const FixedHeapStats& seen) noexcept {
    if (seen.peak == 0)
      return 0;
    return bound_of_any(seen.peak / cell_size, seen.peak / seen.smallest_block,
                        Index::rounded(cells_for(seen.largest_request))) *
           cell_size;
  }
  static constexpr std::size_t memory_for(std::size_t size) noexcept {
    return size;
  }

 protected:
  // R (1 + ceil(lg r)), or what is proven where that is less.
  static constexpr std::size_t bytes_by_powers(std::size_t live,
                                               std::size_t largest,
                                               std::size_t smallest) noexcept {
    need_a_heap_of(live);
    need_a_heap_of(largest);
    const std::uint64_t cells = most_cells_of(live, largest, smallest);
    const std::uint32_t most = Index::rounded(cells_for(largest));
    const unsigned powers = most < 2 ? 1 : high_bit(most - 1) + 2;
    const std::uint64_t proven =
        bound(cells, live / smallest, most, cells_for(smallest));
    return buffer_with<Index>(cells * powers < proven ? cells * powers
                                                      : proven);
  }
  static constexpr std::uint64_t bound(std::uint64_t live, std::uint64_t blocks,
                                       std::uint32_t largest,
                                       std::uint32_t smallest) noexcept {
    if constexpr (serves_lowest<Index>)
      return bound_of_lowest(live, blocks, largest, smallest);
    else
      return bound_of_any(live, blocks, largest);
  }
  static constexpr std::uint64_t most_cells_of(std::size_t live,
                                               std::size_t largest,
                                               std::size_t smallest) noexcept {
    // Where only the head and the cell are added, none of three times the
    // smallest size loses as much as that, and a loop has its limit.
    if constexpr (!is_bounded)
      largest = largest / 3 < smallest ? largest : 3 * smallest;
    return most_live_cells<Index>(live, largest, smallest);
  }
};

/// What fits over granules have in common: no heads lie between blocks. The
/// book lies behind the last granule, where only the block there can overflow
/// into it. A block takes a power of two, of 16 bytes at least. An alignment
/// above that of the buffer is refused.
template <class OneHeap>
struct GranuleFit {
  using Heap = OneHeap;
  static constexpr bool is_bounded = true;

  static constexpr std::size_t required_bytes(std::size_t live,
                                              std::size_t largest,
                                              std::size_t smallest) noexcept {
    need_a_heap_of(live);
    need_a_heap_of(largest);
    return buffer_with(Heap::bound(most_live_granules(live, largest, smallest),
                                   live / smallest, largest, smallest));
  }
  static constexpr std::uint64_t needed(const FixedHeapStats& seen) noexcept {
    if (seen.peak == 0)
      return 0;
    return Heap::bound(seen.peak / granule, seen.peak / seen.smallest_block,
                       seen.largest_request, seen.smallest_block) *
           granule;
  }
  /// Bytes for a heap that has `size` for blocks.
  static constexpr std::size_t memory_for(std::size_t size) noexcept {
    return Heap::buffer_with((size + granule - 1) / granule);
  }

 protected:
  static constexpr std::size_t buffer_with(std::uint64_t granules) noexcept {
    need_a_heap_of(granules * granule);
    return Heap::buffer_with(granules);
  }
};

}  // namespace detail

/// The lowest place of a power of two, aligned to its size.
struct aligned_first_fit : detail::GranuleFit<detail::TreeHeap> {
  /// What every exhaustive search so far has held, and no proof: with n the
  /// largest block, n ceil(M (1 + lg n / 2) / n); where blocks are so much
  /// alike that less is proven, that.
  static constexpr std::size_t expected_bytes(std::size_t live,
                                              std::size_t largest,
                                              std::size_t smallest) noexcept {
    detail::need_a_heap_of(live);
    detail::need_a_heap_of(largest);
    const std::uint64_t most =
        detail::most_live_granules(live, largest, smallest);
    const std::uint64_t expected = Heap::expected(most, largest, smallest);
    const std::uint64_t required =
        Heap::bound(most, live / smallest, largest, smallest);
    return buffer_with(expected < required ? expected : required);
  }
};

/// Places cut in halves, of which free ones become one again (Knowlton 1965).
struct buddy : detail::GranuleFit<detail::BuddyHeap> {
  /// As required: searches have needed all of that.
  static constexpr std::size_t expected_bytes(std::size_t live,
                                              std::size_t largest,
                                              std::size_t smallest) noexcept {
    return required_bytes(live, largest, smallest);
  }
};

/// Half-fit: a block takes a power of two.
struct half_fit : detail::FragmentFit<detail::HalfFitIndex> {
  /// What no search has broken, and no proof: R (1 + lg r), in the words of
  /// detail/fixed_bounds.hpp.
  static constexpr std::size_t expected_bytes(std::size_t live,
                                              std::size_t largest,
                                              std::size_t smallest) noexcept {
    return bytes_by_powers(live, largest, smallest);
  }
};

/// Two levels of lists, by powers of two and sixteenths of them.
struct two_level : detail::FragmentFit<detail::TwoLevelIndex> {};

/// The lowest place that serves, as it is asked: unbounded time, linear in free
/// places.
struct first_fit
    : detail::FragmentFit<detail::OrderedIndex<detail::Search::first>> {
  /// What no search has broken, and no proof: R (1 + ceil(lg r)), in the words
  /// of detail/fixed_bounds.hpp.
  static constexpr std::size_t expected_bytes(std::size_t live,
                                              std::size_t largest,
                                              std::size_t smallest) noexcept {
    return bytes_by_powers(live, largest, smallest);
  }
};

/// The next place that serves, from the last one on: unbounded time, linear in
/// free places. Nothing better is known of its memory than of any fit's.
struct next_fit
    : detail::FragmentFit<detail::OrderedIndex<detail::Search::next>> {};

/// The smallest place that serves, the lowest of those: unbounded time, always
/// all free places but for one that is just as large. Its memory may grow
/// nearly as far as that of any fit (Robson 1977).
struct best_fit
    : detail::FragmentFit<detail::OrderedIndex<detail::Search::best>> {};

/// What real-time code asks of a fit: that no call's time depends on how the
/// heap was used.
template <class Fit>
concept BoundedFit = Fit::is_bounded;

/// The same of a pool: `static_assert(tarn::BoundedHeap<Heap>)`.
template <class Heap>
concept BoundedHeap = Heap::is_bounded;

}  // namespace v1
}  // namespace tarn
