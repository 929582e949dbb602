// fills.hpp - bytes that a checked pool writes where nobody should, and whether
// they are as they were.
//
// Cost     linear, some 30 bytes a nanosecond.
// Threads  confined to who owns the bytes.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::check {

inline constexpr std::byte fresh_fill{0xA5};    ///< of a block given out
inline constexpr std::byte freed_fill{0xDB};    ///< of one given back
inline constexpr std::byte redzone_fill{0xFA};  ///< around a block

/// Most of what is filled is so small that a call would be the dearest part: it
/// is done in pieces of 16 bytes, the last of which may overlap.
inline constexpr std::size_t fill_piece = 16;
inline constexpr std::size_t few_fill_pieces = 4 * fill_piece;

/// Writes them, also where the compiler sees that nobody reads them.
inline void fill(std::byte* memory, std::size_t size, std::byte with) noexcept {
  const int byte = static_cast<int>(with);
  if (size - fill_piece > few_fill_pieces - fill_piece) {
    __builtin_memset(memory, byte, size);
  } else {
    std::byte* const last = memory + size - fill_piece;
    if (size > 2 * fill_piece) {
      __builtin_memset(memory + fill_piece, byte, fill_piece);
      __builtin_memset(last - fill_piece, byte, fill_piece);
    }
    __builtin_memset(memory, byte, fill_piece);
    __builtin_memset(last, byte, fill_piece);
  }
  // Memory that goes back is dead to the compiler, which would leave the writes
  // out (seen with g++ -O2).
  asm volatile("" : : "r"(memory) : "memory");
}

/// Whether all are `with`, of any number of bytes.
[[nodiscard]] bool are_filled(const std::byte* memory, std::size_t size,
                              std::byte with) noexcept;

/// The same.
[[nodiscard]] inline bool is_filled(const std::byte* memory, std::size_t size,
                                    std::byte with) noexcept {
  if (size - fill_piece > few_fill_pieces - fill_piece)
    return are_filled(memory, size, with);
  const std::uint64_t wanted =
      static_cast<std::uint64_t>(with) * 0x0101'0101'0101'0101;
  const auto differs = [wanted](const std::byte* p) {
    std::uint64_t words[2];
    __builtin_memcpy(words, p, sizeof words);
    return (words[0] ^ wanted) | (words[1] ^ wanted);
  };
  const std::byte* const last = memory + size - fill_piece;
  std::uint64_t difference = differs(memory) | differs(last);
  if (size > 2 * fill_piece)
    difference |= differs(memory + fill_piece) | differs(last - fill_piece);
  return difference == 0;
}

struct Change {
  std::byte* first = nullptr;  ///< null: nothing was changed
  std::byte* last = nullptr;

  [[nodiscard]] explicit operator bool() const noexcept {
    return first != nullptr;
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(last - first) + 1;
  }
};

/// What of the bytes is not `with` any more: the first and the last of it.
[[nodiscard]] Change find_change(std::byte* memory, std::size_t size,
                                 std::byte with) noexcept;

}  // namespace tarn::check
