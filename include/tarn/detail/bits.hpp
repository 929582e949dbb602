// bits.hpp - powers of two, addresses and sizes. No state.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tarn {
inline namespace v1 {

inline constexpr std::size_t KiB = 1024;
inline constexpr std::size_t MiB = 1024 * KiB;
inline constexpr std::size_t GiB = 1024 * MiB;

/// The alignment that every pool gives when none is asked for.
inline constexpr std::size_t max_align = 16;

/// A size that means "as much as there is".
inline constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

[[nodiscard]] constexpr bool is_pow2(std::size_t n) noexcept {
  return n != 0 && (n & (n - 1)) == 0;
}

namespace detail {

/// Whether code of programs may use the library's thread-local variables: not
/// on a bare board.
#ifdef __linux__
inline constexpr bool has_thread_locals = true;
#else
inline constexpr bool has_thread_locals = false;
#endif

/// `n` rounded up to a multiple of `align`, a power of two. May wrap.
[[nodiscard]] constexpr std::size_t round_up(std::size_t n,
                                             std::size_t align) noexcept {
  return (n + align - 1) & ~(align - 1);
}

[[nodiscard]] inline std::uintptr_t address_of(const void* p) noexcept {
  return reinterpret_cast<std::uintptr_t>(p);
}

/// One of a word's 32 bits for each `n` modulo 32; which one is the machine's
/// affair. Arm rotates by any number, but shifts by those below 32 only, and no
/// compiler leaves the remainder out before a rotation that it makes itself.
[[nodiscard]] constexpr std::uint32_t bit_of_32(std::uint32_t n) noexcept {
#if defined(__arm__) && __ARM_ARCH_ISA_THUMB >= 2
  if (std::is_constant_evaluated())
    return std::rotr(std::uint32_t{1}, static_cast<int>(n % 32));
  std::uint32_t bit = 1;
  asm("ror %0, %0, %1" : "+r"(bit) : "r"(n));
  return bit;
#else
  return std::uint32_t{1} << n % 32;
#endif
}

/// Whether `align` is a power of two that every chunk's start is aligned to.
[[nodiscard]] constexpr bool is_plain_alignment(std::size_t align) noexcept {
  constexpr std::uint32_t powers =
      1u << 1 | 1u << 2 | 1u << 4 | 1u << 8 | 1u << 16;
  return align <= max_align && (powers >> align & 1) != 0;
}

/// `p` moved up to a multiple of `align`, a power of two. May wrap.
[[nodiscard]] inline std::byte* align_up(std::byte* p,
                                         std::size_t align) noexcept {
  return reinterpret_cast<std::byte*>(round_up(address_of(p), align));
}

/// Bytes from `low` up to `high`.
[[nodiscard]] inline std::size_t bytes_between(const void* low,
                                               const void* high) noexcept {
  return static_cast<std::size_t>(address_of(high) - address_of(low));
}

/// Whether `p` lies in [low, high).
[[nodiscard]] inline bool is_between(const void* low, const void* p,
                                     const void* high) noexcept {
  return address_of(low) <= address_of(p) && address_of(p) < address_of(high);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
