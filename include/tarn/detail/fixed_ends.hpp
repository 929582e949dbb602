// fixed_ends.hpp - the two ends of one buffer: what DoubleEndedStack does.
//
//     [ begin_ .. low blocks | low_ ... high_ | high blocks .. end_ ]
//
// Cost     constant; rewind: linear in the marks that it ends.
// Threads  confined.
// Failure  nullptr, or a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_marks.hpp"

#include <span>

namespace tarn {
inline namespace v1 {

struct DoubleEndedStackStats {
  std::size_t size = 0;      ///< bytes of both ends together
  std::size_t used = 0;      ///< of those now, gaps and marks included
  std::size_t peak = 0;      ///< the most that ever were
  std::size_t low = 0;       ///< the low end's part of `used`
  std::size_t high = 0;      ///< the high end's
  std::size_t refusals = 0;  ///< calls that got nothing, up to 2^32 - 1
};

namespace detail {

class TwoEnds {
 public:
  explicit TwoEnds(std::span<std::byte> buffer) noexcept;
  TwoEnds(const TwoEnds&) = delete;
  TwoEnds& operator=(const TwoEnds&) = delete;

  [[nodiscard]] void* allocate_low(std::size_t size,
                                   std::size_t align) noexcept {
    if (is_plain_alignment(align)) [[likely]] {
      std::byte* const block = align_up(low_, align);
      std::uintptr_t last = 0;
      if (!__builtin_add_overflow(address_of(block), size, &last) &&
          last <= address_of(high_)) [[likely]] {
        low_ = block + size;
        return block;
      }
    }
    return allocate_low_slow(size, align);
  }
  [[nodiscard]] void* allocate_high(std::size_t size,
                                    std::size_t align) noexcept {
    if (is_plain_alignment(align)) [[likely]] {
      std::uintptr_t start = 0;
      if (!__builtin_sub_overflow(address_of(high_), size, &start) &&
          (start & ~(align - 1)) >= address_of(low_)) [[likely]] {
        high_ = reinterpret_cast<std::byte*>(start & ~(align - 1));
        return high_;
      }
    }
    return allocate_high_slow(size, align);
  }

  [[nodiscard]] BumpMark mark_low() noexcept;
  [[nodiscard]] BumpMark mark_high() noexcept;
  void rewind_low(BumpMark mark) noexcept;
  void rewind_high(BumpMark mark) noexcept;
  void reset_low() noexcept;
  void reset_high() noexcept;
  [[nodiscard]] std::size_t used_low() const noexcept {
    return bytes_between(begin_, low_);
  }
  [[nodiscard]] std::size_t used_high() const noexcept {
    return bytes_between(high_, end_);
  }
  [[nodiscard]] std::size_t largest_free() const noexcept;
  [[nodiscard]] bool owns_low(const void* p) const noexcept {
    return is_between(begin_, p, low_);
  }
  [[nodiscard]] bool owns_high(const void* p) const noexcept {
    return is_between(high_, p, end_);
  }
  [[nodiscard]] DoubleEndedStackStats stats() const noexcept;
  [[nodiscard]] bool check() const noexcept;

 private:
  [[gnu::cold]] void* allocate_low_slow(std::size_t size,
                                        std::size_t align) noexcept;
  [[gnu::cold]] void* allocate_high_slow(std::size_t size,
                                         std::size_t align) noexcept;
  [[gnu::cold]] void* refuse() noexcept;
  [[nodiscard]] std::size_t used() const noexcept {
    return used_low() + used_high();
  }
  [[nodiscard]] std::size_t peak() const noexcept {
    return peak_ < used() ? used() : peak_;
  }

  std::byte* low_;  // begin_ <= low_ <= high_ <= end_
  std::byte* high_;
  std::byte* begin_;      // a multiple of 16
  std::byte* end_;        // a multiple of 16
  std::size_t peak_ = 0;  // before a rewind or a reset
  BumpMarks low_marks_;
  BumpMarks high_marks_;
  std::uint32_t refusals_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
