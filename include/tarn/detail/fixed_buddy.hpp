// fixed_buddy.hpp - a heap of granules in halves: the binary buddy system
// (Knowlton 1965).
//
// A place of 2^k granules is cut into two halves, which are buddies and become
// one again as soon as both are free. Free places of each order are a list,
// last in, first out; a word says which lists have one. A request takes the
// smallest order that serves. The book is a byte a granule: what begins there.
//
//     [ granules ... | a byte for each ]
//
// How much is enough, with M the granules of all blocks and places of 2^k at
// multiples of their size: say a place is cut while a smaller block is in it.
// A place of 2^k comes to be cut, by a request of 2^j, only while those that
// are cut already have no free place of 2^j. So they are full but for the cut
// places of 2^j in them, of at most t_j, each of which has a block of the
// smallest size, 2^s: their granules are at most M - 2^j + t_j (2^j - 2^s).
// Hence
//
//     t_k <= 1 + max over j < k of (M - 2^j + t_j (2^j - 2^s)) / 2^k,
//
// rounded down, and a request of up to n = 2^L is refused only in a heap of
// fewer places of n than the same with L for k and j up to L. Every exhaustive
// search has needed just that (docs/fixed-figures.md). It is less than
// M (1 + lg n).
//
// Cost     a few instructions for each power of two between the block and the
//          place it is cut from, or becomes part of; 1 byte a granule.
// Threads  confined.
// Failure  nullptr, or a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_granules.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

class BuddyHeap : public GranuleHeap<BuddyHeap> {
 public:
  constexpr BuddyHeap() noexcept = default;

  bool begin(std::span<std::byte> buffer) noexcept;
  void deallocate(void* p) noexcept;
  [[nodiscard]] bool try_expand(void* p, std::size_t size) noexcept;
  [[nodiscard]] std::size_t size_of(const void* p) const noexcept;
  [[nodiscard]] bool check() const noexcept;
  /// `look`, if there is one, must say so of the blocks among them as well.
  [[nodiscard]] bool check_step(std::size_t places,
                                BlockLook look = nullptr) noexcept;

  /// Whether `look` says so of all blocks in use. Requires: check().
  [[nodiscard]] bool look_at_all(BlockLook look) const noexcept;

  /// Granules that are always enough: as above, or a place of the largest for
  /// each block, since a place without a block serves.
  [[nodiscard]] static constexpr std::uint64_t bound(
      std::uint64_t live, std::uint64_t blocks, std::size_t largest,
      std::size_t smallest) noexcept {
    const unsigned low = order_of(smallest);
    const unsigned high = order_of(largest);
    std::uint64_t cut[orders] = {};
    for (unsigned order = low + 1; order <= high; ++order)
      cut[order] = places(live, blocks, low, order - 1, order, cut);
    return places(live, blocks, low, high, high, cut) << high;
  }

 private:
  friend FixedBuffers<BuddyHeap>;
  friend GranuleHeap<BuddyHeap>;
  static constexpr unsigned orders = 28;  // of blocks in the largest heap
  static constexpr std::uint8_t is_free = 0x40;
  static constexpr std::uint8_t is_block = 0x80;

  // The links of a free place: numbers of places, from 1 on; 0 is none.
  struct [[gnu::may_alias]] Links {
    std::uint32_t next;
    std::uint32_t previous;
  };

  // Places of 2^order that can be cut, or have to be there, for requests of
  // orders from `low` to `high`.
  [[nodiscard]] static constexpr std::uint64_t places(
      std::uint64_t live, std::uint64_t blocks, unsigned low, unsigned high,
      unsigned order, const std::uint64_t (&cut)[orders]) noexcept {
    std::uint64_t most = 0;
    for (unsigned asked = low; asked <= high; ++asked) {
      const std::uint64_t size = std::uint64_t{1} << asked;
      const std::uint64_t lost = size - (std::uint64_t{1} << low);
      if (size > live)
        break;
      const std::uint64_t full = (live - size + cut[asked] * lost) >> order;
      most = full + 1 > most ? full + 1 : most;
    }
    return most < blocks ? most : blocks;
  }

  [[nodiscard]] static constexpr std::size_t book_bytes(
      std::uint32_t granules) noexcept {
    return granules;
  }
  [[nodiscard]] static constexpr std::uint8_t free_tag(
      unsigned order) noexcept {
    return static_cast<std::uint8_t>(is_free | order);
  }

  // Of the block that begins there; of `orders` or more: none does.
  [[nodiscard]] unsigned block_order(std::uint32_t place) const noexcept {
    return std::uint32_t{tags_[place]} - is_block;
  }
  [[nodiscard]] Links& links(std::uint32_t place) const noexcept {
    return *reinterpret_cast<Links*>(blocks_ + place * granule);
  }
  [[nodiscard]] void* take(std::size_t size, std::size_t align,
                           unsigned order) noexcept;
  void insert(std::uint32_t place, unsigned order) noexcept;
  void remove(std::uint32_t place, unsigned order) noexcept;
  // Whether its list agrees on where a free place is in it.
  [[nodiscard]] bool is_linked(std::uint32_t place,
                               unsigned order) const noexcept;
  [[nodiscard]] bool is_sound(std::uint32_t place) const noexcept;
  [[nodiscard]] bool are_lists_sound(std::uint32_t free_ones) const noexcept;
  [[nodiscard]] std::size_t largest_here() const noexcept;
  [[nodiscard]] bool look_at(std::uint32_t place,
                             BlockLook look) const noexcept;
  // Never returns.
  void report_pointer(const void* p) const noexcept;
  void keep_looking_at(std::uint32_t place, unsigned order) noexcept;

  std::uint8_t* tags_ = nullptr;  // by granule; 0: nothing begins there
  std::uint32_t marks_ = 0;       // bit k: there is a free place of 2^k
  std::uint32_t looked_at_ = 0;   // by check_step: a place
  std::uint32_t heads_[orders] = {};
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
