// fixed_bounds.hpp - how large a heap of fragments must be, so that no order of
// calls makes it refuse.
//
// With R the cells of all blocks that live at one time, B their number, and r
// the cells of the largest: both fits refuse a request of x cells only when no
// free fragment has x. Free neighbours are one, so among at most B - 1 blocks
// lie at most B free fragments, each of at most r - 1 cells: R + B (r - 1)
// cells are always enough. For half-fit, whose blocks are powers of two, its
// literature gives R (1 + lg r) (Ogasawara 1995, after Robson 1971), which no
// search of small heaps and no adversary has broken here, and which is not
// proven here: it is what to expect, not what is required.
//
// Next fit and best fit have no better one: best fit may need nearly R r
// (Robson 1977). First fit needs about R lg r there; proven here is: blocks of
// up to c cells end below some E(c). When one of up to d is put higher, no free
// fragment below it has d cells, and above E(c) each lies under a block of more
// than c, of which there are q = R / (c + 1) at most. So it ends at or below
// E(c) + R + q (d - 1), and so it does where it grows in place. With d = 4 c
// that is less than 5 R for each power of four.
//
// Threads  none; there is nothing here at run time.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_index.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

/// Bytes of a fragment before the block.
inline constexpr std::size_t header = 2 * sizeof(std::uint32_t);

/// No heap has more.
inline constexpr std::size_t most_bytes = most_cells * cell_size;

/// Not constexpr, so that what calls it is no constant.
void no_heap_is_so_large() noexcept;

/// No constant where no heap has so many bytes.
constexpr void need_a_heap_of(std::uint64_t bytes) noexcept {
  if (bytes > most_bytes)
    no_heap_is_so_large();
}

/// Cells of the fragment of a block; `size` is at most most_bytes.
[[nodiscard]] constexpr std::uint32_t cells_for(std::size_t size) noexcept {
  return static_cast<std::uint32_t>((size + header + cell_size - 1) /
                                    cell_size);
}

/// Bytes of a block in a fragment of at least one cell.
[[nodiscard]] constexpr std::size_t bytes_in(std::uint32_t cells) noexcept {
  return cells * cell_size - header;
}

/// The most cells that blocks of `smallest` to `largest` bytes have, which
/// together are `live` bytes at most.
template <class Index>
[[nodiscard]] constexpr std::uint64_t most_live_cells(
    std::size_t live, std::size_t largest, std::size_t smallest) noexcept {
  std::uint64_t most = 0;
  // A size whose fragment is the next larger one loses most.
  for (std::size_t size = smallest; size <= largest;) {
    const std::uint32_t cells = Index::rounded(cells_for(size));
    const std::uint64_t sum = std::uint64_t{live} * cells / size;
    most = sum > most ? sum : most;
    size = bytes_in(cells) + 1;
  }
  return most;
}

/// Cells that are enough for any fit that serves while a free fragment does.
[[nodiscard]] constexpr std::uint64_t bound_of_any(
    std::uint64_t live, std::uint64_t blocks, std::uint32_t largest) noexcept {
  return live + blocks * (largest - 1);
}

/// Cells that are enough for one that takes the lowest which serves.
[[nodiscard]] constexpr std::uint64_t bound_of_lowest(
    std::uint64_t live, std::uint64_t blocks, std::uint32_t largest,
    std::uint32_t smallest) noexcept {
  std::uint64_t end = 0;
  for (std::uint64_t below = smallest - 1; below < largest;) {
    const std::uint64_t four = below == 0 ? 1 : 4 * below;
    const std::uint64_t upto = four < largest ? four : largest;
    const std::uint64_t most = live / (below + 1);
    end += live + (most < blocks ? most : blocks) * (upto - 1);
    below = upto;
  }
  const std::uint64_t any = bound_of_any(live, blocks, largest);
  return end < any ? end : any;
}

/// Bytes from the start of an aligned buffer to cell 0.
template <class Index>
[[nodiscard]] constexpr std::size_t cells_begin(std::size_t buffer) noexcept {
  const auto cells = static_cast<std::uint32_t>(buffer / cell_size);
  return round_up(Index::table_bytes(cells) + header, cell_size) - header;
}

/// Bytes of an aligned buffer with so many cells for fragments.
template <class Index>
[[nodiscard]] constexpr std::size_t buffer_with(std::uint64_t cells) noexcept {
  need_a_heap_of(cells * cell_size);
  const auto rest = static_cast<std::size_t>((cells + 1) * cell_size) + header;
  std::size_t bytes = rest;
  // Longer lists may need one more row, once.
  for (int i = 0; i < 4; ++i)
    bytes = rest + cells_begin<Index>(bytes);
  return bytes;
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
