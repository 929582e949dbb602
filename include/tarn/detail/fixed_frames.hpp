// fixed_frames.hpp - equal frames of one buffer, taken in turn: what
// FrameRegion does, whatever their number.
//
//     [ frame 0 | frame 1 | ... ]     each a multiple of 16, and aligned so
//
// Cost     constant.
// Threads  confined.
// Failure  nullptr, or a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_marks.hpp"

#include <span>

namespace tarn {
inline namespace v1 {

struct FrameRegionStats {
  std::size_t size = 0;  ///< bytes of one frame
  std::size_t used = 0;  ///< of the current one now, gaps and marks included
  std::size_t peak = 0;  ///< the most that any frame ever had
  std::size_t refusals = 0;  ///< calls that got nothing, up to 2^32 - 1
};

namespace detail {

class FrameRing {
 public:
  FrameRing(std::span<std::byte> buffer, std::size_t frames) noexcept;
  FrameRing(const FrameRing&) = delete;
  FrameRing& operator=(const FrameRing&) = delete;

  [[nodiscard]] void* allocate(std::size_t size, std::size_t align) noexcept {
    if (is_plain_alignment(align)) [[likely]] {
      std::byte* const block = align_up(next_, align);
      std::uintptr_t last = 0;
      if (!__builtin_add_overflow(address_of(block), size, &last) &&
          last <= address_of(end_)) [[likely]] {
        next_ = block + size;
        return block;
      }
    }
    return allocate_slow(size, align);
  }

  void flip() noexcept;
  void reset() noexcept;
  [[nodiscard]] BumpMark mark() noexcept;
  void rewind(BumpMark mark) noexcept;

  [[nodiscard]] std::size_t largest_free() const noexcept {
    return bytes_between(align_up(next_, max_align), end_);
  }
  [[nodiscard]] bool owns(const void* p) const noexcept {
    return address_of(p) - address_of(first_) <
           bytes_between(first_, last_) + frame_bytes_;
  }
  [[nodiscard]] FrameRegionStats stats() const noexcept;
  [[nodiscard]] bool check() const noexcept;

 private:
  [[gnu::cold]] void* allocate_slow(std::size_t size,
                                    std::size_t align) noexcept;
  void enter(std::byte* frame) noexcept;
  [[nodiscard]] std::size_t used() const noexcept {
    return bytes_between(begin_, next_);
  }
  [[nodiscard]] std::size_t peak() const noexcept {
    return peak_ < used() ? used() : peak_;
  }

  std::byte* next_;  // begin_ <= next_ <= end_
  std::byte* end_;   // of the current frame, a multiple of 16
  std::byte* begin_;
  std::byte* first_;  // frame
  std::byte* last_;   // frame
  std::size_t frame_bytes_ = 0;
  std::size_t peak_ = 0;  // of frames that are past, or were rewound
  BumpMarks marks_;       // of the current frame
  std::uint32_t refusals_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
