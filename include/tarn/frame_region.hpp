// frame_region.hpp - memory for what lives for a few frames, K of them in turn.
//
// Others call it frame allocator, or double-buffered allocator where K is 2.
// One buffer is cut into K equal frames. Blocks come from moving a pointer
// through the current one; a flip goes on to the next, and ends what was made
// there K flips ago. So a block stays valid for K - 1 flips.
//
//     [ last frame's blocks | this frame's blocks ---> ]      K == 2
//
//     tarn::FrameRegion<2> frames{buffer};
//     auto* const draws = frames.make_array<Draw>(count);
//     frames.flip();                               // `draws` are good till the
//     render(draws, count);                        // next one
//
// Cost     constant, but for rewind, which is linear in the marks that it ends:
//          12 instructions a block on a Cortex-M3, 22 a flip.
// Threads  confined.
// Failure  nullptr; nothing has changed but a count. A stale mark is a fault
//          (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_frames.hpp"
#include "tarn/detail/fixed_make.hpp"

namespace tarn {
inline namespace v1 {

/// With K == 1 a flip ends everything.
template <std::size_t K>
class FrameRegion {
  static_assert(K >= 1, "a frame region has a frame");

 public:
  using Stats = FrameRegionStats;

  /// A moment in the current frame; see mark().
  class Mark {
   public:
    constexpr Mark() noexcept = default;
    explicit operator bool() const noexcept { return mark_.record != nullptr; }

   private:
    friend class FrameRegion;
    explicit Mark(detail::BumpMark mark) noexcept : mark_(mark) {}
    detail::BumpMark mark_;
  };

  /// K equal frames in `buffer`, which must outlive the region; a buffer too
  /// small for 16 bytes each is a region that refuses every size but 0.
  explicit FrameRegion(std::span<std::byte> buffer) noexcept
      : ring_(buffer, K) {}

  FrameRegion(const FrameRegion&) = delete;
  FrameRegion& operator=(const FrameRegion&) = delete;

  /// `size` bytes of the current frame; nullptr: ran out. Size 0 gives a
  /// pointer that is not null and must not be dereferenced. Requires: `align`
  /// is a power of two.
  [[nodiscard]] void* allocate(std::size_t size,
                               std::size_t align = max_align) noexcept {
    return ring_.allocate(size, align);
  }

  /// A T in the current frame; nullptr: ran out. No destructor runs, so a T
  /// whose destructor does something does not compile.
  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    return detail::make_in<T>(ring_, std::forward<Args>(args)...);
  }

  /// `count` value-initialised T's, as make().
  template <class T>
  [[nodiscard]] T* make_array(std::size_t count) {
    return detail::make_array_in<T>(ring_, count);
  }

  /// Goes on to the next frame, whose blocks end, those of K flips ago. All
  /// marks become stale.
  void flip() noexcept { ring_.flip(); }

  /// Ends the blocks of all frames.
  void reset() noexcept { ring_.reset(); }

  /// Remembers this moment of the current frame, in two words of it. A mark
  /// that ran out of memory is false, and rewinding to it does nothing.
  [[nodiscard]] Mark mark() noexcept { return Mark{ring_.mark()}; }

  /// Ends the blocks made since `mark`, which stays good; younger marks become
  /// stale. A stale mark is a fault.
  void rewind(const Mark& mark) noexcept { ring_.rewind(mark.mark_); }

  /// The largest size that the current frame would grant now.
  [[nodiscard]] std::size_t largest_free() const noexcept {
    return ring_.largest_free();
  }

  /// Whether `p` points into the frames, of which some may have ended.
  [[nodiscard]] bool owns(const void* p) const noexcept {
    return ring_.owns(p);
  }

  [[nodiscard]] Stats stats() const noexcept { return ring_.stats(); }

  /// True while every invariant holds. Linear in marks.
  [[nodiscard]] bool check() const noexcept { return ring_.check(); }

 private:
  detail::FrameRing ring_;
};

}  // namespace v1
}  // namespace tarn
