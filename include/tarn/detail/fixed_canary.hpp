// fixed_canary.hpp - a word behind each block of a fixed heap, which tells
// whether somebody wrote there.
//
//     [ size bytes | canary | rest of the rounding | size, sealed ]
//
// The canary lies at once behind what was asked for, wherever that is, so that
// one byte too many meets it; where it lies is told by the block's last word,
// which is sealed as well. Both depend on the block's address, and the canary's
// first byte is never 0, which is what a string too long by its end writes.
//
// Cost     8 bytes a block, and the calls of size_of.
// Threads  confined.
// Failure  an overflow is a fault (docs/faults.md) when the block is given
//          back, grown or asked for its size, and false from check() and
//          check_step().
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"
#include "tarn/detail/fixed_stats.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {

/// The blocks of a fixed heap as they are.
struct NoCanaries {
  static constexpr std::size_t bytes_per_block = 0;
  template <class Heap>
  using Over = Heap;
};

namespace detail {

/// A block's last word, in memory that has been and will be anything.
using LastWord [[gnu::may_alias]] = std::uint32_t;

/// The canary and the size.
inline constexpr std::size_t canary_bytes = 2 * sizeof(std::uint32_t);

/// As random as any, but for the lowest digit: addresses have a 0 there.
inline constexpr std::uint32_t canary_key = 0xb5c1'6a9d;

[[nodiscard]] inline std::uint32_t canary_of(const void* block) noexcept {
  return canary_key ^ static_cast<std::uint32_t>(address_of(block));
}

// A canary lies at any address. Byte by byte, since where no instruction writes
// a word there compilers would call memcpy; where one does they find it.
inline void write_word(std::byte* at, std::uint32_t word) noexcept {
  at[0] = static_cast<std::byte>(word);
  at[1] = static_cast<std::byte>(word >> 8);
  at[2] = static_cast<std::byte>(word >> 16);
  at[3] = static_cast<std::byte>(word >> 24);
}
[[nodiscard]] inline std::uint32_t read_word(const std::byte* at) noexcept {
  return static_cast<std::uint32_t>(at[0]) |
         static_cast<std::uint32_t>(at[1]) << 8 |
         static_cast<std::uint32_t>(at[2]) << 16 |
         static_cast<std::uint32_t>(at[3]) << 24;
}

/// Seals a block that has room for `capacity` bytes. Requires: `size` and the
/// canaries have room there.
inline void seal_block(void* block, std::size_t size,
                       std::size_t capacity) noexcept {
  const std::uint32_t canary = canary_of(block);
  auto* const bytes = static_cast<std::byte*>(block);
  write_word(bytes + size, canary);
  *reinterpret_cast<LastWord*>(bytes + capacity - sizeof canary) =
      ~canary ^ static_cast<std::uint32_t>(size);
}

/// The size that was asked for; no_limit where somebody wrote behind it.
[[nodiscard]] inline std::size_t sealed_size(const void* block,
                                             std::size_t capacity) noexcept {
  const auto* const bytes = static_cast<const std::byte*>(block);
  const std::uint32_t canary = canary_of(block);
  const std::size_t size = ~canary ^ *reinterpret_cast<const LastWord*>(
                                         bytes + capacity - sizeof canary);
  if (capacity < canary_bytes || size > capacity - canary_bytes) [[unlikely]]
    return no_limit;
  return read_word(bytes + size) == canary ? size : no_limit;
}

/// Never returns.
[[gnu::cold]] void report_overflow(const void* block) noexcept;

/// A heap whose blocks are sealed; the same calls. `Heap` has look_at_all as
/// well, and a check_step that looks at blocks.
template <class Heap>
class CanaryHeap : public Heap {
 public:
  [[nodiscard]] void* allocate(std::size_t size) noexcept {
    return sealed(Heap::allocate(with_canary(size)), size);
  }
  [[nodiscard]] void* allocate_aligned(std::size_t size,
                                       std::size_t align) noexcept {
    return sealed(Heap::allocate_aligned(with_canary(size), align), size);
  }
  void deallocate(void* p) noexcept {
    static_cast<void>(size_of(p));
    Heap::deallocate(p);
  }
  [[nodiscard]] bool try_expand(void* p, std::size_t size) noexcept {
    const std::size_t has = size_of(p);
    if (size <= has && Heap::size_of(p) != 0)
      return true;
    if (!Heap::try_expand(p, with_canary(size)))
      return false;
    static_cast<void>(sealed(p, size));
    return true;
  }
  /// What was asked for.
  [[nodiscard]] std::size_t size_of(const void* p) const noexcept {
    const std::size_t capacity = Heap::size_of(p);
    if (capacity == 0)
      return 0;
    const std::size_t size = sealed_size(p, capacity);
    if (size == no_limit) [[unlikely]]
      report_overflow(p);
    return size;
  }
  [[nodiscard]] std::size_t largest_free() const noexcept {
    const std::size_t largest = Heap::largest_free();
    return largest < canary_bytes ? 0 : largest - canary_bytes;
  }
  [[nodiscard]] FixedHeapStats stats() const noexcept {
    FixedHeapStats stats = Heap::stats();
    stats.largest_free = largest_free();
    return stats;
  }
  [[nodiscard]] bool check() const noexcept {
    return Heap::check() && Heap::look_at_all(is_whole);
  }
  [[nodiscard]] bool check_step(std::size_t blocks) noexcept {
    return Heap::check_step(blocks, is_whole);
  }

 private:
  static bool is_whole(const void* block, std::size_t capacity) noexcept {
    return sealed_size(block, capacity) != no_limit;
  }
  static std::size_t with_canary(std::size_t size) noexcept {
    return size > no_limit - canary_bytes ? no_limit : size + canary_bytes;
  }
  void* sealed(void* block, std::size_t size) noexcept {
    if (block != nullptr)
      seal_block(block, size, Heap::size_of(block));
    return block;
  }
};

}  // namespace detail

/// A word behind each block's requested end, looked at when the block is given
/// back, grown or asked for its size, by check() and by check_step().
struct Canaries {
  static constexpr std::size_t bytes_per_block = detail::canary_bytes;
  template <class Heap>
  using Over = detail::CanaryHeap<Heap>;
};

}  // namespace v1
}  // namespace tarn
