// slot_pool.hpp - equal slots inside one piece of memory, in constant time.
//
// Others call it block pool, partition, memory slab. Exact: a pool of 100 slots
// gives 100, in any order of calls, and a slot carries no header. Free slots
// are a stack, linked through their own memory by number; a bit a slot says
// which are in use, so that one given back twice, or that is none, is refused
// before anything changes.
//
//     tarn::SlotPool<sizeof(Frame), 32> frames;    // static, constinit: zero
//     tarn::SlotPool<> some{buffer, 48};           // over bytes of yours
//     if (void* const slot = frames.allocate()) ...
//
// Cost     constant: 20 instructions a call on a Cortex-M3, 4 bytes for 32
//          slots.
// Threads  confined, or as its Lock says; interrupts: InterruptSlotPool.
// Failure  nullptr; nothing has changed. A double free, a free of what is no
//          slot of it, and a write into a free slot are faults (faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/fixed_lock.hpp"
#include "tarn/detail/slots.hpp"

namespace tarn {
inline namespace v1 {

struct SlotPoolStats {
  std::size_t slot = 0;      ///< bytes from one slot to the next
  std::size_t slots = 0;     ///< in all
  std::size_t in_use = 0;    ///< now
  std::size_t peak = 0;      ///< the most that ever were at one time
  std::size_t refusals = 0;  ///< calls that found none, up to 2^32 - 1
};

/// Bytes of a buffer, aligned to `align`, in which there is room for `count`
/// slots of `size` bytes; no_limit: no buffer has it.
[[nodiscard]] constexpr std::size_t slot_pool_bytes(
    std::size_t size, std::size_t count, std::size_t align) noexcept {
  const std::size_t stride = detail::slot_stride(size, align);
  const std::size_t bits = sizeof(detail::Word) * detail::slot_words(count);
  if (count > detail::most_slots ||
      (count != 0 && stride > (no_limit - bits) / count))
    return no_limit;
  return count * stride + bits;
}
[[nodiscard]] constexpr std::size_t slot_pool_bytes(
    std::size_t size, std::size_t count) noexcept {
  return slot_pool_bytes(size, count, detail::slot_align(size));
}

/// `Size` and `Count` are constants and the memory is in the pool, or neither
/// is and the memory is a buffer. Slots are aligned to what divides their size,
/// up to 16, unless `Align` says otherwise.
template <std::size_t Size = at_run_time, std::size_t Count = at_run_time,
          class Lock = NoLock,
          std::size_t Align =
              Size == at_run_time ? at_run_time : detail::slot_align(Size)>
class SlotPool {
 public:
  /// All slots are free.
  constexpr SlotPool() noexcept = default;

  /// The same in `buffer`, which must outlive the pool; none where it has no
  /// room. Linear in slots / 32. Requires: `align` is a power of two.
  SlotPool(std::span<std::byte> buffer, std::size_t size,
           std::size_t align) noexcept
      : memory_(buffer, size, align) {}
  SlotPool(std::span<std::byte> buffer, std::size_t size) noexcept
      : SlotPool(buffer, size, detail::slot_align(size)) {}

  SlotPool(const SlotPool&) = delete;
  SlotPool& operator=(const SlotPool&) = delete;

  /// The slot that was freed last, or one that was never in use; nullptr: all
  /// are in use.
  [[nodiscard]] void* allocate() noexcept {
    const detail::Holding holding{lock_};
    Book& book = memory_.book();
    const std::uint32_t slot = book.stack.head;
    const std::uint32_t fresh = book.stack.fresh;
    if (slot == 0)
      return take_fresh(book);
    // A number of none that was freed was written by others.
    if (slot > fresh) [[unlikely]]
      return detail::refuse_link(book.words, book.stack, memory_.shape);
    std::uint32_t& word = book.words[slot / 32];
    if ((word & detail::slot_bit(slot)) != 0) [[unlikely]]
      return detail::refuse_link(book.words, book.stack, memory_.shape);
    word |= detail::slot_bit(slot);
    detail::Word* const place = place_of(book, slot);
    book.stack.head = *place;
    return place;
  }

  /// Takes a slot back. nullptr is none. Requires: `p` came from allocate() and
  /// was not given back since.
  void deallocate(void* p) noexcept {
    const detail::Holding holding{lock_};
    Book& book = memory_.book();
    const std::size_t number = number_of(book, p);
    if (number > count()) [[unlikely]]
      return detail::refuse_slot(book.words, book.stack, memory_.shape, p);
    const auto slot = static_cast<std::uint32_t>(number);
    std::uint32_t& word = book.words[slot / 32];
    if ((word & detail::slot_bit(slot)) == 0) [[unlikely]]
      return detail::refuse_slot(book.words, book.stack, memory_.shape, p);
    word &= ~detail::slot_bit(slot);
    *static_cast<detail::Word*>(p) = book.stack.head;
    book.stack.head = slot;
  }

  /// Whether `p` points into the slots.
  [[nodiscard]] bool owns(const void* p) const noexcept {
    return end(memory_.book()) - detail::address_of(p) - 1 < count() * stride();
  }

  /// Bytes that may be used at a slot; 0: `p` is no slot in use.
  [[nodiscard]] std::size_t size_of(const void* p) const noexcept {
    const detail::Holding holding{lock_};
    const std::size_t number = number_of(memory_.book(), p);
    if (number > count())
      return 0;
    const auto slot = static_cast<std::uint32_t>(number);
    const std::uint32_t word = memory_.book().words[slot / 32];
    return (word & detail::slot_bit(slot)) != 0 ? stride() : 0;
  }

  /// The largest size that is now to be had: a slot's, or 0. O(1).
  [[nodiscard]] std::size_t largest_free() const noexcept {
    const detail::Holding holding{lock_};
    return stack().head != 0 || stack().fresh < count() ? stride() : 0;
  }

  /// Linear in slots / 32.
  [[nodiscard]] SlotPoolStats stats() const noexcept {
    const detail::Holding holding{lock_};
    return {stride(), count(), detail::slots_in_use(view()), stack().fresh,
            stack().refusals};
  }

  /// True while every invariant holds. Linear in slots.
  [[nodiscard]] bool check() const noexcept {
    const detail::Holding holding{lock_};
    return detail::check_slots(view());
  }

  /// Looks at `slots` slots and next time at the next ones: false where one of
  /// them, free, says what no pool wrote there. For a safety loop's idle time.
  [[nodiscard]] bool check_step(std::size_t slots) noexcept {
    const detail::Holding holding{lock_};
    for (; slots != 0 && count() != 0; --slots) {
      stack().looked_at = stack().looked_at % count() + 1;
      if (!detail::check_slot(view(), stack().looked_at))
        return false;
    }
    return true;
  }

 private:
  using Memory = detail::SlotMemory<Size, Count, Align>;
  using Book = typename Memory::Book;

  [[nodiscard]] detail::SlotStack& stack() noexcept {
    return memory_.book().stack;
  }
  [[nodiscard]] const detail::SlotStack& stack() const noexcept {
    return memory_.book().stack;
  }
  [[nodiscard]] std::uint32_t count() const noexcept {
    return memory_.shape.count;
  }
  [[nodiscard]] std::size_t stride() const noexcept {
    return memory_.shape.stride.bytes;
  }
  [[nodiscard]] detail::SlotsView view() const noexcept {
    return {memory_.book().words, stack(), memory_.shape};
  }

  // Slots lie below it.
  [[nodiscard]] static std::uintptr_t end(const Book& book) noexcept {
    return detail::address_of(book.words);
  }
  [[nodiscard]] detail::Word* place_of(const Book& book,
                                       std::uint32_t slot) const noexcept {
    return reinterpret_cast<detail::Word*>(end(book) - slot * stride());
  }
  // Larger than count(): not the start of a slot.
  [[nodiscard]] std::size_t number_of(const Book& book,
                                      const void* p) const noexcept {
    return memory_.shape.stride.divide(end(book) - detail::address_of(p));
  }

  void* take_fresh(Book& book) noexcept {
    if (book.stack.fresh == count()) [[unlikely]]
      return detail::run_out_of_slots(book.stack);
    const std::uint32_t slot = ++book.stack.fresh;
    book.words[slot / 32] |= detail::slot_bit(slot);
    return place_of(book, slot);
  }

  Memory memory_;
  [[no_unique_address]] mutable Lock lock_;
};

}  // namespace v1
}  // namespace tarn
