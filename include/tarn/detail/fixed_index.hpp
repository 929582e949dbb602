// fixed_index.hpp - how a heap of fragments finds a free one in bounded time.
//
// Half-fit (Ogasawara 1995) has a list for each power of two, and a block takes
// a power of two. Two levels (TLSF, Masmano and others 2004) cut each power of
// two into sixteen, and a block takes a sixteenth of its power of two. Both
// round a request up to a list's smallest size before they look, and cut the
// block to just that: so whatever lies in a list serves, a block that was freed
// can be had again at its size, and none is larger than its own rounding.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {
namespace detail {

/// A fragment begins with two words, then comes its block, or two links while
/// it is free. It is named by the number of its first cell, the same on every
/// machine; 0 is none, and the links of cell 0 may be written to. No field lies
/// at the address that is reckoned with: compilers would reckon it twice.
struct [[gnu::may_alias]] Fragment {
  std::uint32_t unused;    // the end of the cell below
  std::uint32_t before;    // the fragment that ends here
  std::uint32_t size;      // cells; with `in_use` while a user has it
  std::uint32_t next;      // in its list
  std::uint32_t previous;  // in its list; 0: it is the first
};

/// Bytes of a cell, which every size is a multiple of.
inline constexpr std::size_t cell_size = 16;

[[nodiscard]] inline Fragment& at(std::byte* cells,
                                  std::uint32_t fragment) noexcept {
  return *reinterpret_cast<Fragment*>(cells + fragment * cell_size);
}

inline constexpr std::uint32_t in_use = 0x8000'0000;

/// Cells of one heap: 2 GiB, so that sizes and sums of them have 31 bits.
inline constexpr std::uint32_t most_cells = (1u << 27) - 1;

/// The position of the highest bit. Requires: `n` is not 0.
[[nodiscard]] constexpr unsigned high_bit(std::uint32_t n) noexcept {
  return static_cast<unsigned>(__builtin_clz(n)) ^ 31u;
}
[[nodiscard]] constexpr unsigned low_bit(std::uint32_t n) noexcept {
  return static_cast<unsigned>(__builtin_ctz(n));
}

/// A list is named by the zero bits before its sizes' highest one. `Marks` is
/// what a call copies, since for all that the compiler knows a store into a
/// cell changes the original: bit n, the list of sizes from 2^n on has one.
struct HalfFitIndex {
  /// Whether it finds one without asking each in turn.
  static constexpr bool is_bounded = true;
  /// Whether a free place is asked of its neighbour before it is served.
  static constexpr bool looks_behind = false;
  static constexpr std::uint32_t classes = 32;
  using Marks = std::uint32_t;

  Marks marks = 0;
  std::uint32_t heads[classes] = {};

  /// Bytes of the buffer for the lists of a heap of `cells`.
  static constexpr std::size_t table_bytes(std::uint32_t) noexcept { return 0; }
  void begin(std::byte*, std::uint32_t) noexcept {}

  static constexpr std::uint32_t class_of(std::uint32_t size) noexcept {
    return static_cast<std::uint32_t>(__builtin_clz(size));
  }
  /// The size of the block that a request gets.
  static constexpr std::uint32_t rounded(std::uint32_t need) noexcept {
    return need < 2 ? 1 : std::uint32_t{2} << high_bit(need - 1);
  }
  /// A list of fragments of `size`, a rounded one, or more; or `none`.
  static constexpr std::uint32_t none = 0xffff'ffff;
  [[nodiscard]] std::uint32_t find(std::uint32_t size,
                                   Marks all) const noexcept {
    const std::uint32_t served = all & (0 - size);
    return served == 0 ? none : low_bit(served) ^ 31u;
  }
  /// The smallest size in the list of the largest, 0 for none.
  [[nodiscard]] std::uint32_t largest() const noexcept {
    return marks == 0 ? 0 : std::uint32_t{1} << high_bit(marks);
  }
  static void mark(std::uint32_t list, Marks& all) noexcept {
    all |= top >> list;
  }
  static void unmark(std::uint32_t list, Marks& all) noexcept {
    all &= ~(top >> list);
  }
  [[nodiscard]] bool is_marked(std::uint32_t list) const noexcept {
    return (marks & top >> list) != 0;
  }
  [[nodiscard]] std::uint32_t lists() const noexcept { return classes; }

 private:
  static constexpr std::uint32_t top = 0x8000'0000;
};

/// Sizes below 16 share a row, a power of two from there on has one, of 16
/// lists each. Of `Marks` bit n: row n has a list that is not empty.
struct TwoLevelIndex {
  static constexpr bool is_bounded = true;
  static constexpr bool looks_behind = true;
  static constexpr std::uint32_t bits = 4;  // of a size, behind its highest
  static constexpr std::uint32_t columns = 1u << bits;
  using Marks = std::uint32_t;

  Marks marks = 0;
  std::uint32_t count = 0;              // of rows
  std::uint32_t* heads = nullptr;       // by class
  std::uint32_t* columns_of = nullptr;  // of row n: the lists not empty

  static constexpr std::uint32_t rows_for(std::uint32_t cells) noexcept {
    return class_of(cells) / columns + 1;
  }
  static constexpr std::size_t table_bytes(std::uint32_t cells) noexcept {
    return sizeof(std::uint32_t) * rows_for(cells) * (columns + 1);
  }
  void begin(std::byte* table, std::uint32_t cells) noexcept {
    count = rows_for(cells);
    heads = reinterpret_cast<std::uint32_t*>(table);
    columns_of = heads + std::size_t{count} * columns;
    for (std::uint32_t i = 0; i < count * (columns + 1); ++i)
      heads[i] = 0;
  }

  // How many low bits of a size its class forgets: none of those below 32.
  static constexpr unsigned shift_of(std::uint32_t size) noexcept {
    return high_bit(size | columns) - bits;
  }
  static constexpr std::uint32_t class_of(std::uint32_t size) noexcept {
    const unsigned shift = shift_of(size);
    return shift * columns + (size >> shift);
  }
  static constexpr std::uint32_t rounded(std::uint32_t need) noexcept {
    const std::uint32_t step = std::uint32_t{1} << shift_of(need);
    return (need + step - 1) & (0 - step);
  }
  static constexpr std::uint32_t none = 0xffff'ffff;
  [[nodiscard]] std::uint32_t find(std::uint32_t size,
                                   Marks all) const noexcept {
    const std::uint32_t list = class_of(size);
    std::uint32_t row = list / columns;
    std::uint32_t above = all >> row;
    if ((above & 1) != 0) {
      const std::uint32_t found = columns_of[row] >> list % columns;
      if (found != 0)
        return list + low_bit(found);
      above ^= 1;
    }
    if (above == 0) [[unlikely]]
      return none;
    row += low_bit(above);
    return row * columns + low_bit(columns_of[row]);
  }
  [[nodiscard]] std::uint32_t largest() const noexcept {
    if (marks == 0)
      return 0;
    const std::uint32_t row = high_bit(marks);
    const std::uint32_t column = high_bit(columns_of[row]);
    return row == 0 ? column : (columns + column) << (row - 1);
  }
  void mark(std::uint32_t list, Marks& all) noexcept {
    all |= std::uint32_t{1} << list / columns;
    columns_of[list / columns] |= std::uint32_t{1} << list % columns;
  }
  void unmark(std::uint32_t list, Marks& all) noexcept {
    std::uint32_t& row = columns_of[list / columns];
    row &= ~(std::uint32_t{1} << list % columns);
    if (row == 0)
      all &= ~(std::uint32_t{1} << list / columns);
  }
  [[nodiscard]] bool is_marked(std::uint32_t list) const noexcept {
    return (columns_of[list / columns] >> list % columns & 1) != 0 &&
           (marks >> list / columns & 1) != 0;
  }
  [[nodiscard]] std::uint32_t lists() const noexcept { return count * columns; }
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
