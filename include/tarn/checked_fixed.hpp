// checked_fixed.hpp - a fixed pool that finds who writes where nobody should.
//
// The same calls as the pool's own, by another type, since the pool itself has
// no room for a mode (docs/fixed.md). Each block lies between redzones, is
// filled when it is given out and when it is given back, and waits before it
// serves again. What was written around it is a fault when it is given back,
// what was written into it after that when it leaves, and both are false from
// check() and check_step() and faults of look_at_all(), which check_all() and
// the end of the program call on Linux for globals that hold their own blocks.
//
//     using Texts = tarn::FixedHeap<tarn::half_fit>;
//     tarn::Checked<Texts> texts{{}, buffer};
//     static constinit tarn::Checked<tarn::SlotPool<64, 32>> frames;
//
// On Linux the pool obeys the process's mode (docs/checks.md) at its first call
// and in `off` passes calls on; where no environment can say one it is `full`.
// Under a sanitizer or memcheck, which is told of each block and of the pool's
// end, that looks in its place, and finds reads as well.
//
// Cost     80 bytes a block, 48 on 32-bit machines, and time linear in it.
//          The pool below pays nothing.
// Threads  as the pool: confined, or as its Lock says.
// Failure  nullptr or false; what waits goes back before anything is refused.
//          Faults: docs/faults.md.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_checked_pool.hpp"
#include "tarn/fixed_heap.hpp"
#include "tarn/slot_pool.hpp"

namespace tarn {
inline namespace v1 {

namespace detail {

template <class Fit, class Lock, class Canary>
inline constexpr bool has_own_room<FixedHeap<Fit, at_run_time, Lock, Canary>> =
    false;
template <>
inline constexpr bool has_own_room<SlotPool<>> = false;

template <class Fit, std::size_t Size, class Lock, class Canary>
using CheckedHeapBase = CheckedPool<FixedHeap<Fit, Size, NoLock, Canary>, Lock,
                                    CheckedKind::fixed_heap>;

// Slots with room for what is around them, at an alignment that heads need.
template <std::size_t Size, std::size_t Count, std::size_t Align>
struct CheckedSlots {
  static constexpr std::size_t align = Align < max_align ? max_align : Align;
  static constexpr std::size_t front =
      align < checked_front ? checked_front : align;
  using Pool = SlotPool<Size + front + checked_back, Count, NoLock, align>;
};
template <>
struct CheckedSlots<at_run_time, at_run_time, at_run_time> {
  using Pool = SlotPool<>;
};

}  // namespace detail

/// `Pool` is a FixedHeap or a SlotPool. An InterruptSlotPool cannot be one:
/// nothing of several words is done in one step. Where interrupts can be
/// masked, a SlotPool with a Lock that does so can.
template <class Pool>
class Checked;

template <class Fit, std::size_t Size, class Lock, class Canary>
class Checked<FixedHeap<Fit, Size, Lock, Canary>>
    : public detail::CheckedHeapBase<Fit, Size, Lock, Canary> {
  using Heap = FixedHeap<Fit, Size, Lock, Canary>;
  using Base = detail::CheckedHeapBase<Fit, Size, Lock, Canary>;

 public:
  using Stats = FixedHeapStats;
  static constexpr bool is_bounded = false;

  constexpr Checked() noexcept = default;
  explicit Checked(CheckedOptions options) noexcept : Base(options) {}
  /// As a FixedHeap over `buffer`.
  Checked(CheckedOptions options, std::span<std::byte> buffer) noexcept
      requires(Size == at_run_time)
      : Base(options, buffer) {}

  bool add_buffer(std::span<std::byte> buffer) noexcept {
    const detail::Holding holding{this->lock_};
    return this->pool_.add_buffer(buffer);
  }

  /// A block; nullptr: ran out. Requires: `align` is a power of two.
  [[nodiscard]] void* allocate(std::size_t size,
                               std::size_t align = max_align) noexcept {
    const detail::Holding holding{this->lock_};
    return give(size, align);
  }

  using Base::deallocate;
  void deallocate(void* p, std::size_t) noexcept { deallocate(p); }

  /// Whether the block has `size` bytes now. It never shrinks.
  [[nodiscard]] bool try_expand(void* p, std::size_t size) noexcept {
    const detail::Holding holding{this->lock_};
    return expand(p, size);
  }

  /// The block with `size` bytes, here or elsewhere, its bytes kept; nullptr:
  /// ran out, and the block is as it was.
  [[nodiscard]] void* reallocate(void* p, std::size_t size) noexcept {
    if (p == nullptr)
      return allocate(size);
    if (try_expand(p, size))
      return p;
    void* const moved = allocate(size);
    if (moved == nullptr)
      return nullptr;
    __builtin_memcpy(moved, p, this->size_of(p));
    deallocate(p);
    return moved;
  }

  /// The largest size that allocate would grant now: what waits goes back.
  [[nodiscard]] std::size_t largest_free() noexcept {
    const detail::Holding holding{this->lock_};
    return largest();
  }

  /// Those of the heap below, redzones included; what waits goes back.
  [[nodiscard]] Stats stats() noexcept {
    const detail::Holding holding{this->lock_};
    const std::size_t largest_now = largest();
    Stats stats = this->pool_.stats();
    stats.largest_free = largest_now;
    stats.refusals -= retries_;
    if (stats.fragmented > stats.refusals)
      stats.fragmented = stats.refusals;
    return stats;
  }

  /// As FixedHeap::required_bytes, for a heap that is checked and lets as many
  /// bytes wait.
  static consteval std::size_t required_bytes(
      std::size_t live, std::size_t largest, std::size_t smallest,
      std::size_t waiting = 0) noexcept {
    // What waits counts as live, and the last block always waits.
    const std::uint64_t last = std::uint64_t{largest} + around;
    const std::uint64_t most = waiting == 0 ? detail::checked_waiting : waiting;
    const std::uint64_t all = std::uint64_t{live} +
                              std::uint64_t{live / smallest} * around +
                              (most < last ? last : most);
    detail::need_a_heap_of(all);
    return Heap::required_bytes(static_cast<std::size_t>(all), largest + around,
                                smallest + around);
  }

 private:
  // At the default alignment.
  static constexpr std::size_t around =
      detail::checked_front + detail::checked_back;

  [[nodiscard]] void* give(std::size_t size, std::size_t align) noexcept {
    if (!this->decide() || !is_pow2(align))
      return this->pool_.allocate(size, align);
    const std::size_t front = Base::front_of(align);
    const std::size_t all = with(size, front);
    void* place = this->pool_.allocate(all, align);
    while (place == nullptr && this->blocks_.has_waiting()) {
      ++retries_;
      this->give_oldest_back();
      place = this->pool_.allocate(all, align);
    }
    if (place == nullptr)
      return nullptr;
    return this->blocks_.give(place, front, size, this->pool_.size_of(place),
                              detail::CheckedKind::fixed_heap);
  }

  [[nodiscard]] bool expand(void* p, std::size_t size) noexcept {
    if (!this->decide())
      return this->pool_.try_expand(p, size);
    this->expect_in_use(p);
    const detail::CheckedHead& head = detail::CheckedBlocks::head_of(p);
    if (size <= head.size)
      return true;
    this->blocks_.look_at(p, detail::CheckedKind::fixed_heap);
    void* const place = static_cast<std::byte*>(p) - head.front;
    if (!this->pool_.try_expand(place, with(size, head.front)))
      return false;
    this->blocks_.resize(p, size, this->pool_.size_of(place));
    return true;
  }

  [[nodiscard]] std::size_t largest() noexcept {
    this->give_all_back();
    const std::size_t most = this->pool_.largest_free();
    if (!this->decide())
      return most;
    return most < around ? 0 : most - around;
  }

  // No size where there is none so large, which the pool refuses and counts.
  [[nodiscard]] static std::size_t with(std::size_t size,
                                        std::size_t front) noexcept {
    const std::size_t more = front + detail::checked_back;
    return size > no_limit - more ? no_limit : size + more;
  }

  std::uint32_t retries_ =
      0;  // refusals by the heap below, of what was granted
};

/// Bytes of a buffer, aligned to 16, in which a Checked<SlotPool<>> has room
/// for `count` slots of `size` bytes.
[[nodiscard]] constexpr std::size_t checked_slot_pool_bytes(
    std::size_t size, std::size_t count,
    std::size_t align = max_align) noexcept {
  const std::size_t unit = align < max_align ? max_align : align;
  const std::size_t more =
      (unit < detail::checked_front ? detail::checked_front : unit) +
      detail::checked_back;
  if (size > no_limit - more)
    return no_limit;
  return slot_pool_bytes(size + more, count, unit);
}

template <std::size_t Size, std::size_t Count, class Lock, std::size_t Align>
class Checked<SlotPool<Size, Count, Lock, Align>>
    : public detail::CheckedPool<
          typename detail::CheckedSlots<Size, Count, Align>::Pool, Lock,
          detail::CheckedKind::slot_pool> {
  using Base = detail::CheckedPool<
      typename detail::CheckedSlots<Size, Count, Align>::Pool, Lock,
      detail::CheckedKind::slot_pool>;
  static constexpr bool is_static = Size != at_run_time;

 public:
  constexpr Checked() noexcept requires(is_static) = default;
  explicit Checked(CheckedOptions options) noexcept requires(is_static)
      : Base(options) {}
  /// As a SlotPool<> over `buffer`. Requires: `align` is a power of two.
  Checked(CheckedOptions options, std::span<std::byte> buffer, std::size_t size,
          std::size_t align = max_align) noexcept requires(!is_static)
      : Base(options, buffer, size + more_of(align), unit_of(align)),
        size_(size),
        front_(Base::front_of(unit_of(align))) {}

  /// A slot; nullptr: all are in use.
  [[nodiscard]] void* allocate() noexcept {
    const detail::Holding holding{this->lock_};
    const bool is_checked = this->decide();
    if (is_checked && this->pool_.largest_free() == 0 &&
        this->blocks_.has_waiting())
      this->give_oldest_back();
    void* const place = this->pool_.allocate();
    if (place == nullptr || !is_checked)
      return place;
    return this->blocks_.give(place, front(), size(),
                              this->pool_.size_of(place),
                              detail::CheckedKind::slot_pool);
  }

  /// The largest size that is now to be had: a slot's, or 0.
  [[nodiscard]] std::size_t largest_free() const noexcept {
    const detail::Holding holding{this->lock_};
    return this->pool_.largest_free() != 0 || this->blocks_.has_waiting()
               ? size()
               : 0;
  }

  /// Those of the pool below, redzones included; what waits is not in use.
  [[nodiscard]] SlotPoolStats stats() const noexcept {
    const detail::Holding holding{this->lock_};
    SlotPoolStats stats = this->pool_.stats();
    stats.in_use -= this->blocks_.waiting();
    return stats;
  }

 private:
  struct Nothing {};

  static constexpr std::size_t unit_of(std::size_t align) noexcept {
    return align < max_align && is_pow2(align) ? max_align : align;
  }
  static constexpr std::size_t more_of(std::size_t align) noexcept {
    return Base::front_of(unit_of(align)) + detail::checked_back;
  }
  [[nodiscard]] std::size_t size() const noexcept {
    if constexpr (is_static)
      return Size;
    else
      return size_;
  }
  [[nodiscard]] std::size_t front() const noexcept {
    if constexpr (is_static)
      return detail::CheckedSlots<Size, Count, Align>::front;
    else
      return front_;
  }

  [[no_unique_address]] std::conditional_t<is_static, Nothing, std::size_t>
      size_{};
  [[no_unique_address]] std::conditional_t<is_static, Nothing, std::size_t>
      front_{};
};

}  // namespace v1
}  // namespace tarn
