// fixed_granules.hpp - a heap of granules without heads in one buffer: what
// aligned_first_fit and buddy have in common.
//
//     [ granules ... | book ]
//
// A block is 2^k granules at a multiple of its size. What says which are free
// is the book, behind the last granule: a block begins where the buffer does,
// so that granules keep its alignment.
//
// Cost     bounded; see the fit.
// Threads  confined.
// Failure  nullptr, or a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_buffers.hpp"

#include <bit>
#include <span>

namespace tarn {
inline namespace v1 {
namespace detail {

/// Bytes of a granule, which is the smallest block.
inline constexpr std::size_t granule = cell_size;

/// 2^order granules have room for `size` bytes.
[[nodiscard]] constexpr unsigned order_of(std::size_t size) noexcept {
  const std::size_t last = size == 0 ? 0 : (size - 1) / granule;
  return last == 0 ? 0 : high_bit(static_cast<std::uint32_t>(last)) + 1;
}

/// Granules that blocks of these sizes have at most, all together.
[[nodiscard]] constexpr std::uint64_t most_live_granules(
    std::size_t live, std::size_t largest, std::size_t smallest) noexcept {
  std::uint64_t most = 0;
  for (std::size_t size = smallest; size <= largest;) {
    const std::uint64_t granules = std::uint64_t{1} << order_of(size);
    const std::uint64_t sum = live * granules / size;
    most = sum > most ? sum : most;
    size = static_cast<std::size_t>(granules * granule) + 1;
  }
  return most;
}

/// The base of `Heap`, which takes a place of 2^order granules, and knows how
/// many bytes the book of so many granules has.
template <class Heap>
class GranuleHeap : public FixedBuffers<Heap> {
 public:
  [[nodiscard]] bool has_begun() const noexcept { return blocks_ != nullptr; }
  bool add(std::span<std::byte> buffer) noexcept;

  [[nodiscard]] void* allocate(std::size_t size) noexcept;
  /// Requires: nothing of `align`, which is looked at.
  [[nodiscard]] void* allocate_aligned(std::size_t size,
                                       std::size_t align) noexcept;
  /// Bytes of this buffer that blocks can have.
  [[nodiscard]] std::size_t own_size() const noexcept {
    return count_ * granule;
  }
  /// Bytes of an aligned buffer with so many granules for blocks.
  [[nodiscard]] static constexpr std::size_t buffer_with(
      std::uint64_t granules) noexcept {
    return static_cast<std::size_t>(granules) * granule +
           Heap::book_bytes(static_cast<std::uint32_t>(granules));
  }

 protected:
  friend FixedBuffers<Heap>;
  constexpr GranuleHeap() noexcept = default;

  // Granules that a buffer has room for, with their book.
  [[nodiscard]] static std::uint32_t granules_in(
      std::span<std::byte> buffer) noexcept;
  // Has the granules begin in `buffer`; where the book is, or nullptr.
  std::byte* begin_blocks(std::span<std::byte> buffer) noexcept;
  [[nodiscard]] bool is_here(const void* p) const noexcept;
  // The granule that `p` points to the start of; too large: it does to none.
  [[nodiscard]] std::size_t number_of(const void* p) const noexcept {
    // A remainder turned to the top makes the number too large.
    return std::rotr(address_of(p) - address_of(blocks_), 4);
  }
  // Whether so many are free, be it in pieces.
  [[nodiscard]] bool has_bytes(std::size_t size) const noexcept;
  void report_pointer(const void* p) const noexcept;

  std::byte* blocks_ = nullptr;
  std::uint32_t count_ = 0;  // granules

 private:
  [[nodiscard]] Heap& self() noexcept { return static_cast<Heap&>(*this); }
  [[nodiscard]] const Heap& self() const noexcept {
    return static_cast<const Heap&>(*this);
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
