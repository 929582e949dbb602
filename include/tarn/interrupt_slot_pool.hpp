// interrupt_slot_pool.hpp - a SlotPool that interrupt handlers use as well.
//
// The stack of free slots is a number and a count of changes in one word, moved
// by compare-and-swap (Treiber 1986; the count tells a head that went and came
// back in between). Nobody waits: a call that was interrupted by another one
// tries again, so it takes at most one round more for each call that came
// between. Where the core has no compare-and-swap (Cortex-M0, a RISC-V without
// A), each call holds `Mask` instead, a type of yours with lock() and unlock()
// that keep interrupts off.
//
//     tarn::InterruptSlotPool<sizeof(Packet), 16, IrqMask> packets;
//     // in the handler                    // in the main loop
//     void* const p = packets.allocate();  packets.deallocate(p);
//
// Cost     a few dozen instructions a round; static memory, all zero.
// Threads  shared: interrupt handlers, tasks, cores with one memory.
// Failure  as SlotPool, nullptr and faults.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/slot_pool.hpp"

#include <atomic>
#include <bit>
#include <type_traits>

namespace tarn {
inline namespace v1 {

namespace detail {

/// Lock-free. The limits: InterruptSlotPool.
template <std::size_t Size, std::size_t Count, std::size_t Align>
class SwapSlotPool {
  static_assert(Count <= 0xffff, "a slot's number has 16 bits");
  static_assert(is_pow2(Align) && Align >= smallest_slot);

 public:
  constexpr SwapSlotPool() noexcept = default;
  SwapSlotPool(const SwapSlotPool&) = delete;
  SwapSlotPool& operator=(const SwapSlotPool&) = delete;

  /// A slot; nullptr: at one moment of the call all were in use.
  [[nodiscard]] void* allocate() noexcept {
    std::uint32_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      const std::uint32_t slot = head & number;
      if (slot == 0) {
        if (void* const fresh = take_fresh())
          return fresh;
        // Unchanged: nothing was freed since it was read.
        const std::uint32_t now = head_.load(std::memory_order_acquire);
        if (now == head)
          return run_out();
        head = now;
        continue;
      }
      if (slot > Count) [[unlikely]]
        return refuse_link(slot);
      const std::uint32_t next = link_of(slot);
      if (head_.compare_exchange_weak(head, changed(head, next),
                                      std::memory_order_acquire,
                                      std::memory_order_acquire)) {
        if (!set_used(slot)) [[unlikely]]
          return refuse_link(slot);
        if (next > number) [[unlikely]]
          return refuse_link(next);
        return place_of(slot);
      }
    }
  }

  /// Takes a slot back. nullptr is none.
  void deallocate(void* p) noexcept {
    const std::size_t slot_number = number_of(p);
    if (slot_number > Count) [[unlikely]]
      return refuse_slot(p);
    const auto slot = static_cast<std::uint32_t>(slot_number);
    const std::uint32_t bit = slot_bit(slot);
    // Of two that give back the same slot only one finds the bit.
    if ((words_[slot / 32].fetch_and(~bit, std::memory_order_relaxed) & bit) ==
        0) [[unlikely]]
      return refuse_slot(p);
    std::uint32_t head = head_.load(std::memory_order_relaxed);
    do {
      *static_cast<Word*>(p) = head & number;
      // The release pairs with the acquire of who takes the slot.
    } while (!head_.compare_exchange_weak(head, changed(head, slot),
                                          std::memory_order_release,
                                          std::memory_order_relaxed));
  }

  [[nodiscard]] bool owns(const void* p) const noexcept {
    return end() - address_of(p) - 1 < Count * stride.bytes;
  }

  /// Bytes that may be used at a slot; 0: `p` is no slot in use.
  [[nodiscard]] std::size_t size_of(const void* p) const noexcept {
    const std::size_t slot_number = number_of(p);
    if (slot_number > Count)
      return 0;
    const auto slot = static_cast<std::uint32_t>(slot_number);
    const std::uint32_t word =
        words_[slot / 32].load(std::memory_order_relaxed);
    return (word & slot_bit(slot)) != 0 ? stride.bytes : 0;
  }

  /// A slot's size, or 0 where none was free a moment ago.
  [[nodiscard]] std::size_t largest_free() const noexcept {
    const bool has = (head_.load(std::memory_order_relaxed) & number) != 0 ||
                     fresh_.load(std::memory_order_relaxed) < Count;
    return has ? stride.bytes : 0;
  }

  /// What each number was at some moment. Linear in slots / 32.
  [[nodiscard]] SlotPoolStats stats() const noexcept {
    std::uint32_t words[slot_words(Count)];
    const SlotStack stack = look(words);
    const SlotsShape shape{stride, Count};
    return {stride.bytes, Count, slots_in_use({words, stack, shape}),
            stack.fresh, stack.refusals};
  }

 private:
  // The bits of a slot's number.
  static constexpr std::uint32_t number =
      std::bit_ceil(std::uint32_t{Count} + 1) - 1;
  static constexpr Stride stride{slot_stride(Size, Align)};

  // The head after a change: the bits above a number count them.
  static constexpr std::uint32_t changed(std::uint32_t head,
                                         std::uint32_t slot) noexcept {
    return (head & ~number) + number + 1 + (slot & number);
  }

  std::uintptr_t end() const noexcept { return address_of(words_); }
  std::size_t number_of(const void* p) const noexcept {
    return stride.divide(end() - address_of(p));
  }
  void* place_of(std::uint32_t slot) const noexcept {
    return reinterpret_cast<void*>(end() - slot * stride.bytes);
  }
  // Of a slot that another call took meanwhile this is anything, and so is what
  // its new owner writes there at the same time; then the head has changed, and
  // the number is dropped. An aligned word is loaded whole.
  __attribute__((no_sanitize("thread"))) std::uint32_t link_of(
      std::uint32_t slot) const noexcept {
    return *static_cast<const volatile Word*>(place_of(slot));
  }

  // False: it was so already.
  bool set_used(std::uint32_t slot) noexcept {
    const std::uint32_t bit = slot_bit(slot);
    return (words_[slot / 32].fetch_or(bit, std::memory_order_relaxed) & bit) ==
           0;
  }

  void* take_fresh() noexcept {
    std::uint32_t fresh = fresh_.load(std::memory_order_relaxed);
    while (fresh < Count)
      if (fresh_.compare_exchange_weak(fresh, fresh + 1,
                                       std::memory_order_relaxed)) {
        // A link that others wrote may have led to it before.
        if (!set_used(fresh + 1)) [[unlikely]]
          return refuse_link(fresh + 1);
        return place_of(fresh + 1);
      }
    return nullptr;
  }

  [[gnu::noinline, gnu::cold]] void* run_out() noexcept {
    std::uint32_t count = refusals_.load(std::memory_order_relaxed);
    while (count != 0xffff'ffff &&
           !refusals_.compare_exchange_weak(count, count + 1,
                                            std::memory_order_relaxed)) {
    }
    return nullptr;
  }

  SlotStack look(std::uint32_t* words) const noexcept {
    for (std::size_t i = 0; i < slot_words(Count); ++i)
      words[i] = words_[i].load(std::memory_order_relaxed);
    return {head_.load(std::memory_order_relaxed) & number,
            fresh_.load(std::memory_order_relaxed),
            refusals_.load(std::memory_order_relaxed), 0};
  }

  [[gnu::noinline, gnu::cold]] void refuse_slot(const void* p) const noexcept {
    const SlotStack stack{};
    const SlotsShape shape{stride, Count};
    // Only the address of the words is looked at.
    detail::refuse_slot(reinterpret_cast<const std::uint32_t*>(words_), stack,
                        shape, p);
  }
  [[gnu::noinline, gnu::cold]] void* refuse_link(
      std::uint32_t slot) const noexcept {
    const SlotStack stack{slot, 0, 0, 0};
    const SlotsShape shape{stride, Count};
    return detail::refuse_link(reinterpret_cast<const std::uint32_t*>(words_),
                               stack, shape);
  }

  alignas(Align) std::byte memory_[stride.bytes * Count]{};
  // Written by whoever takes or frees a slot, before its link matters to
  // others; orders nothing.
  std::atomic<std::uint32_t> words_[slot_words(Count)]{};
  std::atomic<std::uint32_t> head_{0};   // changes, then the newest free slot
  std::atomic<std::uint32_t> fresh_{0};  // only rises; orders nothing
  std::atomic<std::uint32_t> refusals_{0};
};

/// The same calls with interrupts off.
template <std::size_t Size, std::size_t Count, class Mask, std::size_t Align>
class MaskSlotPool : private SlotPool<Size, Count, Mask, Align> {
  using Pool = SlotPool<Size, Count, Mask, Align>;

 public:
  constexpr MaskSlotPool() noexcept = default;
  using Pool::allocate;
  using Pool::deallocate;
  using Pool::largest_free;
  using Pool::owns;
  using Pool::size_of;
  using Pool::stats;
};

}  // namespace detail

/// `Mask` is used where there is no compare-and-swap of 32 bits; such a core
/// needs one. With compare-and-swap there are at most 65535 slots, and a call
/// may mistake the head that is interrupted by a multiple of C others exactly,
/// where C is 2^32 over the lowest power of two above `Count`: 65536 at least,
/// 2^26 for 63 slots. No handler does that.
template <std::size_t Size, std::size_t Count, class Mask = NoLock,
          std::size_t Align = detail::slot_align(Size)>
using InterruptSlotPool =
    std::conditional_t<std::atomic<std::uint32_t>::is_always_lock_free,
                       detail::SwapSlotPool<Size, Count, Align>,
                       detail::MaskSlotPool<Size, Count, Mask, Align>>;

}  // namespace v1
}  // namespace tarn
