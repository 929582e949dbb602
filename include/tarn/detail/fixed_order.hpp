// fixed_order.hpp - how the classics find a free fragment: one list of all, by
// address, which is asked one by one (Knuth, The Art of Computer Programming,
// volume 1, section 2.5).
//
// First fit takes the first that serves, next fit the first from where the last
// search ended, best fit the smallest, and the lowest of those. A block that is
// given back finds its place in the list by the heads below it: down over
// blocks in use to the next free one.
//
// Cost     linear in free fragments to find one; linear in the blocks between
//          two of them to give one back, unless a neighbour is free.
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_index.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

enum class Search { first, next, best };

template <Search search>
struct OrderedIndex {
  static constexpr bool is_bounded = false;
  static constexpr bool looks_behind = true;
  static constexpr std::uint32_t unknown = 0xffff'ffff;

  /// Where in the list a call has taken something out, since what it puts in
  /// next belongs there.
  struct Marks {
    std::uint32_t below = unknown;  // the free fragment before it, or 0
    bool had_rover = false;
  };
  /// A call begins without, and nothing of it is kept.
  struct NoMarks {
    operator Marks() const noexcept { return {}; }
    void operator=(const Marks&) noexcept {}
  };
  /// What was found, 0 for nothing, or what has links that lead astray.
  struct Found {
    std::uint32_t fragment = 0;
    bool is_damaged = false;
  };

  [[no_unique_address]] NoMarks marks;
  std::uint32_t heads[1] = {};
  std::uint32_t rover = 0;  // of next fit: where to go on, or 0 for the first

  static constexpr std::size_t table_bytes(std::uint32_t) noexcept { return 0; }
  void begin(std::byte*, std::uint32_t) noexcept {}
  static constexpr std::uint32_t class_of(std::uint32_t) noexcept { return 0; }
  static constexpr std::uint32_t rounded(std::uint32_t need) noexcept {
    return need;
  }
  static void mark(std::uint32_t, Marks&) noexcept {}
  static void unmark(std::uint32_t, Marks&) noexcept {}
  [[nodiscard]] bool is_marked(std::uint32_t) const noexcept {
    return heads[0] != 0;
  }
  [[nodiscard]] std::uint32_t lists() const noexcept { return 1; }

  [[nodiscard]] std::uint32_t largest(std::byte* cells,
                                      std::uint32_t end) const noexcept {
    std::uint32_t most = 0;
    // By address, so that links which lead astray come to an end too.
    for (std::uint32_t one = heads[0], last = 0; one > last && one < end;
         last = one, one = at(cells, one).next)
      most = at(cells, one).size > most ? at(cells, one).size : most;
    return most;
  }

  /// Whether the list goes up, and meets the rover.
  [[nodiscard]] bool is_in_order(std::byte* cells) const noexcept {
    bool is_met = rover == 0;
    std::uint32_t last = 0;
    for (std::uint32_t one = heads[0]; one != 0;
         last = one, one = at(cells, one).next) {
      if (one <= last)
        return false;
      is_met = is_met || one == rover;
    }
    return is_met;
  }

  /// A fragment of `size` or more, of those below `end`, out of the list.
  [[nodiscard]] Found take(std::byte* cells, std::uint32_t size,
                           std::uint32_t end, Marks& gap) noexcept {
    Found found = find(cells, size, end);
    if (found.fragment == 0 || found.is_damaged)
      return found;
    found.is_damaged = !remove(cells, found.fragment, end, gap);
    pass(at(cells, found.fragment).next, gap);
    return found;
  }

  /// False: heads below it do not agree, or the links there lead astray.
  [[nodiscard]] bool insert(std::byte* cells, std::uint32_t fragment,
                            std::uint32_t end, Marks& gap) noexcept {
    if (gap.below == unknown)
      gap.below = free_below(cells, fragment);
    const std::uint32_t below = gap.below;
    if (below == unknown)
      return false;
    std::uint32_t& from = below == 0 ? heads[0] : at(cells, below).next;
    const std::uint32_t next = from;
    if (next != 0 && is_astray(cells, below, next, end))
      return false;
    at(cells, fragment).next = next;
    at(cells, fragment).previous = below;
    // Cell 0 takes what is told to none.
    at(cells, next).previous = fragment;
    from = fragment;
    gap.below = fragment;
    if (gap.had_rover)
      rover = fragment;
    return true;
  }

  /// False: the list, or the fragment behind, does not agree on it.
  [[nodiscard]] bool remove(std::byte* cells, std::uint32_t fragment,
                            std::uint32_t end, Marks& gap) noexcept {
    // Its first word is the program's.
    const auto& own = at(cells, fragment);
    const std::uint32_t next = own.next;
    const std::uint32_t below = own.previous;
    if (own.size > end - fragment || below >= fragment ||
        at(cells, fragment + own.size).before != fragment ||
        (next != 0 && is_astray(cells, fragment, next, end)))
      return false;
    std::uint32_t& from = below == 0 ? heads[0] : at(cells, below).next;
    if (from != fragment)
      return false;
    from = next;
    // Cell 0 takes what is told to none.
    at(cells, next).previous = below;
    gap.below = below;
    if (rover == fragment)
      pass(next, gap);
    return true;
  }

 private:
  // Has the next search begin at `next`, or at what comes to lie before it.
  void pass(std::uint32_t next, Marks& gap) noexcept {
    if constexpr (search == Search::next) {
      rover = next;
      gap.had_rover = true;
    }
  }

  // A fragment of `size` or more, of those below `end`.
  [[nodiscard]] Found find(std::byte* cells, std::uint32_t size,
                           std::uint32_t end) const noexcept {
    const std::uint32_t start = rover != 0 ? rover : heads[0];
    bool is_around = false;
    Found best;
    std::uint32_t best_size = unknown;
    for (std::uint32_t one = start; one != 0;) {
      const std::uint32_t has = at(cells, one).size;
      if (has >= size && has < best_size) {
        best.fragment = one;
        best_size = has;
        if (search != Search::best || has == size)
          break;
      }
      std::uint32_t next = at(cells, one).next;
      const bool is_last = next == 0;
      if (is_last ? is_around : is_astray(cells, one, next, end))
        return {one, true};
      is_around = is_around || is_last;
      next = is_last ? heads[0] : next;
      one = next == start ? 0 : next;
    }
    return best;
  }

  static bool is_astray(std::byte* cells, std::uint32_t one, std::uint32_t next,
                        std::uint32_t end) noexcept {
    return next <= one || next >= end || at(cells, next).previous != one;
  }

  // The free fragment below one, 0 for none, or `unknown`.
  static std::uint32_t free_below(std::byte* cells,
                                  std::uint32_t fragment) noexcept {
    for (std::uint32_t above = fragment;;) {
      const std::uint32_t below = at(cells, above).before;
      if (below >= above)
        return unknown;
      const std::uint32_t size = at(cells, below).size;
      if (below + (size & ~in_use) != above)
        return unknown;
      if (below == 0 || (size & in_use) == 0)
        return below;
      above = below;
    }
  }
};

/// Whether an index finds the lowest fragment that serves.
template <class Index>
inline constexpr bool serves_lowest = false;
template <>
inline constexpr bool serves_lowest<OrderedIndex<Search::first>> = true;

}  // namespace detail
}  // namespace v1
}  // namespace tarn
