// fixed_tree.hpp - a heap of granules without heads: aligned first fit.
//
// A block is 2^k granules at a multiple of its size, the lowest such place that
// is free. Behind the granules lie, for each, a bit that tells it free and one
// that tells a small block's start; and a tree of bytes over words of 32
// granules: 1 + the order of the largest free place below a node, 0 for none.
//
//     [ granules ... | free bits | start bits | tree ]
//
// A block of a word or more is a node that says 0 while its children still say
// free, which no other node does.
//
// Why M (1 + lg n) is enough, for blocks of up to n, where M counts all blocks,
// of any size, and is a multiple of the largest: the lowest free granule is
// below M. Say blocks of up to n/2 never lie above H, a multiple of the
// largest. When one of n comes to lie above H, each place of n between H and it
// has a block, of n or more, which fills it: so it ends at H + M at most
// (Robson 1971 has it for first fit).
//
// Cost     a few instructions for each power of two in the buffer; 3/8 byte a
//          granule.
// Threads  confined.
// Failure  nullptr, or a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_granules.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

class TreeHeap : public GranuleHeap<TreeHeap> {
 public:
  constexpr TreeHeap() noexcept = default;

  bool begin(std::span<std::byte> buffer) noexcept;
  void deallocate(void* p) noexcept;
  [[nodiscard]] bool try_expand(void* p, std::size_t size) noexcept;
  [[nodiscard]] std::size_t size_of(const void* p) const noexcept;
  [[nodiscard]] bool check() const noexcept;
  /// `look`, if there is one, must say so of the blocks among them as well.
  [[nodiscard]] bool check_step(std::size_t words,
                                BlockLook look = nullptr) noexcept;

  /// Whether `look` says so of all blocks in use. Requires: check().
  [[nodiscard]] bool look_at_all(BlockLook look) const noexcept;

  [[nodiscard]] static constexpr unsigned orders_between(
      std::size_t smallest, std::size_t largest) noexcept {
    const unsigned low = order_of(smallest);
    const unsigned high = order_of(largest);
    return low < high ? high - low : 0;
  }
  /// Granules that are always enough: as above, the smallest being 1; or a
  /// place of the largest for each block, since a place without a block serves.
  [[nodiscard]] static constexpr std::uint64_t bound(
      std::uint64_t live, std::uint64_t blocks, std::size_t largest,
      std::size_t smallest) noexcept {
    const unsigned order = order_of(largest);
    const std::uint64_t places = ((live - 1) >> order) + 1;
    const std::uint64_t robson =
        (places << order) * (orders_between(smallest, largest) + 1);
    return blocks << order < robson ? blocks << order : robson;
  }
  [[nodiscard]] static constexpr std::uint64_t expected(
      std::uint64_t live, std::size_t largest, std::size_t smallest) noexcept {
    const unsigned order = order_of(largest);
    const std::uint64_t granules =
        (live * (orders_between(smallest, largest) + 2) + 1) / 2;
    return (((granules - 1) >> order) + 1) << order;
  }

 private:
  friend FixedBuffers<TreeHeap>;
  friend GranuleHeap<TreeHeap>;
  static constexpr unsigned word_order = 5;  // of a word of granules

  [[nodiscard]] static constexpr std::uint32_t words_for(
      std::uint32_t granules) noexcept {
    return (granules + 31) / 32;
  }
  [[nodiscard]] static constexpr std::uint32_t leaves_for(
      std::uint32_t granules) noexcept {
    const std::uint32_t words = words_for(granules);
    return words < 2 ? 1 : std::uint32_t{2} << high_bit(words - 1);
  }
  [[nodiscard]] static constexpr std::size_t book_bytes(
      std::uint32_t granules) noexcept {
    return 2 * sizeof(std::uint32_t) * words_for(granules) +
           std::size_t{2} * leaves_for(granules);
  }

  // A block in use: its node and order, or its bits in a word.
  struct Found {
    std::uint32_t node = 0;  // 0: none
    std::uint32_t word = 0;
    std::uint32_t bits = 0;  // 0: the node is all of it
    unsigned order = word_order;
  };
  [[nodiscard]] Found find(const void* p) const noexcept;
  [[nodiscard]] std::uint32_t granules_of(const Found& found) const noexcept;

  [[nodiscard]] void* take(std::size_t size, std::size_t align,
                           unsigned order) noexcept;
  void lower(std::uint32_t node, std::uint32_t was,
             std::uint32_t full) noexcept;
  [[nodiscard]] bool is_free(std::uint32_t first,
                             unsigned order) const noexcept;
  void grow(const Found& found, std::uint32_t first, unsigned want,
            std::size_t size) noexcept;
  void lift(std::uint32_t node, std::uint32_t full) noexcept;
  [[nodiscard]] std::size_t largest_here() const noexcept;
  [[nodiscard]] bool is_word_sound(std::uint32_t word) const noexcept;
  [[nodiscard]] bool is_node_sound(std::uint32_t node,
                                   unsigned order) const noexcept;
  [[nodiscard]] bool look_at(std::uint32_t word, BlockLook look) const noexcept;
  void begin_words(std::uint32_t granules) noexcept;

  std::uint32_t leaves_ = 0;         // of the tree, a power of two
  std::uint8_t* tree_ = nullptr;     // from node 1 on; leaves_ + n: word n
  std::uint32_t* free_ = nullptr;    // by word
  std::uint32_t* starts_ = nullptr;  // by word
  std::uint32_t looked_at_ = 0;      // by check_step: a word
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
