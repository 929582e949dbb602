// double_ended_stack.hpp - two stacks of blocks that grow towards each other in
// one buffer.
//
// Others call each end a stack or linear allocator, with markers. What lives
// for long is made at one end, what is of this moment at the other, and neither
// needs a share of its own: there is room while the two do not meet. Each end
// has its marks, and goes back to them.
//
//     [ low: level ---> |            | <--- high: work ]
//
//     tarn::DoubleEndedStack memory{buffer};
//     auto* const level = memory.low().make<Level>();
//     const auto before = memory.high().mark();
//     decompress(*level, memory.high().allocate(4096));
//     memory.high().rewind(before);
//
// Cost     constant, but for rewind, which is linear in the marks that it ends:
//          12 instructions a block on a Cortex-M3.
// Threads  confined, both ends together.
// Failure  nullptr; nothing has changed but a count. To rewind out of order, to
//          a stale mark, is a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_ends.hpp"
#include "tarn/detail/fixed_make.hpp"

namespace tarn {
inline namespace v1 {

class DoubleEndedStack;

namespace detail {
enum class Side : bool { low, high };
}  // namespace detail

/// One end of a DoubleEndedStack, which lives as long as the stack does.
template <detail::Side side>
class StackEnd {
 public:
  /// A moment of this end; see mark(). The other end has another type.
  class Mark {
   public:
    constexpr Mark() noexcept = default;
    explicit operator bool() const noexcept { return mark_.record != nullptr; }

   private:
    friend class StackEnd;
    explicit Mark(detail::BumpMark mark) noexcept : mark_(mark) {}
    detail::BumpMark mark_;
  };

  StackEnd(const StackEnd&) = delete;
  StackEnd& operator=(const StackEnd&) = delete;

  /// `size` bytes; nullptr: ran out. Size 0 gives a pointer that is not null
  /// and must not be dereferenced. Requires: `align` is a power of two.
  [[nodiscard]] void* allocate(std::size_t size,
                               std::size_t align = max_align) noexcept {
    if constexpr (is_low)
      return ends().allocate_low(size, align);
    else
      return ends().allocate_high(size, align);
  }

  /// A T at this end; nullptr: ran out. No destructor runs, so a T whose
  /// destructor does something does not compile.
  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    return detail::make_in<T>(*this, std::forward<Args>(args)...);
  }

  /// `count` value-initialised T's, as make().
  template <class T>
  [[nodiscard]] T* make_array(std::size_t count) {
    return detail::make_array_in<T>(*this, count);
  }

  /// Remembers this moment, in two words of the end. A mark that ran out of
  /// memory is false, and rewinding to it does nothing.
  [[nodiscard]] Mark mark() noexcept {
    if constexpr (is_low)
      return Mark{ends().mark_low()};
    else
      return Mark{ends().mark_high()};
  }

  /// Ends the blocks of this end made since `mark`, which stays good; younger
  /// marks become stale. A stale mark is a fault.
  void rewind(const Mark& mark) noexcept {
    if constexpr (is_low)
      ends().rewind_low(mark.mark_);
    else
      ends().rewind_high(mark.mark_);
  }

  /// Ends all blocks of this end. Its marks become stale.
  void reset() noexcept {
    if constexpr (is_low)
      ends().reset_low();
    else
      ends().reset_high();
  }

  /// The largest size that either end would grant now; 0 also where a gap
  /// before a block has no room.
  [[nodiscard]] std::size_t largest_free() const noexcept {
    return ends().largest_free();
  }

  /// Whether `p` points into what this end has given out.
  [[nodiscard]] bool owns(const void* p) const noexcept {
    if constexpr (is_low)
      return ends().owns_low(p);
    else
      return ends().owns_high(p);
  }

 private:
  friend class DoubleEndedStack;
  static constexpr bool is_low = side == detail::Side::low;

  // An end is the stack itself, seen from there.
  constexpr StackEnd() noexcept = default;
  [[nodiscard]] inline detail::TwoEnds& ends() noexcept;
  [[nodiscard]] inline const detail::TwoEnds& ends() const noexcept;
};

class DoubleEndedStack : private StackEnd<detail::Side::low>,
                         private StackEnd<detail::Side::high> {
 public:
  using Stats = DoubleEndedStackStats;
  using Low = StackEnd<detail::Side::low>;
  using High = StackEnd<detail::Side::high>;

  /// Both ends of `buffer`, which must outlive the stack; a buffer too small
  /// for 16 bytes is a stack that refuses every size but 0.
  explicit DoubleEndedStack(std::span<std::byte> buffer) noexcept
      : ends_(buffer) {}

  DoubleEndedStack(const DoubleEndedStack&) = delete;
  DoubleEndedStack& operator=(const DoubleEndedStack&) = delete;

  /// The end that grows upwards.
  [[nodiscard]] Low& low() noexcept { return *this; }
  [[nodiscard]] const Low& low() const noexcept { return *this; }

  /// The end that grows downwards.
  [[nodiscard]] High& high() noexcept { return *this; }
  [[nodiscard]] const High& high() const noexcept { return *this; }

  /// Ends all blocks of both ends.
  void reset() noexcept {
    ends_.reset_low();
    ends_.reset_high();
  }

  /// Whether `p` points into what either end has given out.
  [[nodiscard]] bool owns(const void* p) const noexcept {
    return ends_.owns_low(p) || ends_.owns_high(p);
  }

  [[nodiscard]] Stats stats() const noexcept { return ends_.stats(); }

  /// True while every invariant holds. Linear in marks.
  [[nodiscard]] bool check() const noexcept { return ends_.check(); }

 private:
  template <detail::Side side>
  friend class StackEnd;

  detail::TwoEnds ends_;
};

template <detail::Side side>
detail::TwoEnds& StackEnd<side>::ends() noexcept {
  return static_cast<DoubleEndedStack*>(this)->ends_;
}
template <detail::Side side>
const detail::TwoEnds& StackEnd<side>::ends() const noexcept {
  return static_cast<const DoubleEndedStack*>(this)->ends_;
}

}  // namespace v1
}  // namespace tarn
