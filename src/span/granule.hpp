// granule.hpp - the units of the address space, and what the page map says.
//
//     stretch (4 MiB)  = 64 granules, one word of bits
//     granule (64 KiB) = what the space lends; 16 pages of 4 KiB
//     chunk            = what a pool borrows: 4 KiB to 256 KiB, or granules
//
// Threads  shared; these are values.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn::span {

inline constexpr std::size_t granule_size = 64 * KiB;
inline constexpr unsigned stretch_granules = 64;
inline constexpr std::size_t stretch_size = stretch_granules * granule_size;

/// The unit of the ids of pools.
inline constexpr std::size_t id_unit = 4 * KiB;
inline constexpr unsigned granule_ids = granule_size / id_unit;

/// Chunks come in these sizes: 4 KiB shifted left by the step.
inline constexpr unsigned steps = 7;
inline constexpr std::size_t smallest_chunk = 4 * KiB;
inline constexpr std::size_t largest_chunk = smallest_chunk << (steps - 1);

[[nodiscard]] constexpr std::size_t chunk_size(unsigned step) noexcept {
  return smallest_chunk << step;
}

/// The step of the smallest chunk that holds `size`, which is at most
/// largest_chunk.
[[nodiscard]] constexpr unsigned step_of(std::size_t size) noexcept {
  const std::size_t units = (size - 1) / smallest_chunk;
  return size <= smallest_chunk
             ? 0
             : 64u - static_cast<unsigned>(__builtin_clzll(units));
}

/// Steps below this are cut from one granule; the others are whole granules.
inline constexpr unsigned cut_steps = 4;

/// What a granule is used for: 12 bits. Values below 0x800 are size classes of
/// slabs, in rooms above, and 0x800 more where their owner wants to look at
/// what is given back.
enum class Use : std::uint16_t {
  free = 0,
  mixed = 0xE00,    ///< a slab of several classes
  checked = 0xE10,  ///< to 0xE1F: blocks that the room check gave
  large = 0xF00,    ///< to 0xF0F: plus the kind of pool
  chunks = 0xF10,   ///< to 0xF1F: plus the step
};

/// One granule in the page map: owner 16 | use 12 | offset 4, where the offset
/// is the number of granules back to the start of the run, at most 15: from
/// further inside one goes back step by step.
class Descriptor {
 public:
  static constexpr unsigned most_offset = 15;
  static constexpr unsigned watched = 0x800;  ///< added to a size class

  constexpr Descriptor() = default;
  constexpr explicit Descriptor(std::uint32_t word) noexcept : word_(word) {}
  constexpr Descriptor(Use use, unsigned extra, unsigned owner,
                       std::size_t offset) noexcept
      : word_(owner << 16 | (static_cast<unsigned>(use) + extra) << 4 |
              static_cast<unsigned>(offset < most_offset ? offset
                                                         : most_offset)) {}

  [[nodiscard]] constexpr std::uint32_t word() const noexcept { return word_; }
  [[nodiscard]] constexpr unsigned owner() const noexcept {
    return word_ >> 16;
  }
  [[nodiscard]] constexpr unsigned offset() const noexcept {
    return word_ & most_offset;
  }
  [[nodiscard]] constexpr bool is_free() const noexcept { return word_ == 0; }
  [[nodiscard]] constexpr bool is(Use use) const noexcept {
    return (word_ >> 4 & 0xFF0) == static_cast<unsigned>(use);
  }
  /// The size class of a slab, 0 for what is none.
  [[nodiscard]] constexpr unsigned size_class() const noexcept {
    const unsigned use = word_ >> 4 & 0xFFF;
    return use < static_cast<unsigned>(Use::mixed) ? use & ~watched : 0;
  }
  /// The kind of pool of a large run, the step of chunks.
  [[nodiscard]] constexpr unsigned extra() const noexcept {
    return word_ >> 4 & 0xF;
  }

 private:
  std::uint32_t word_ = 0;
};

/// The lowest `count` bits, 1 to 64.
[[nodiscard]] constexpr std::uint64_t low_bits(unsigned count) noexcept {
  return ~std::uint64_t{0} >> (64 - count);
}

/// The lowest place of `count` ones in a row, or 64 when there is none. After
/// each step a bit is set where `have` ones begin.
[[nodiscard]] constexpr unsigned find_run(std::uint64_t word,
                                          unsigned count) noexcept {
  unsigned have = 1;
  while (have < count && word != 0) {
    const unsigned more = have < count - have ? have : count - have;
    word &= word >> more;
    have += more;
  }
  return word == 0 ? 64 : static_cast<unsigned>(__builtin_ctzll(word));
}

}  // namespace tarn::span
