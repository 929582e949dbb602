// slab.hpp - equal slots in one piece of memory (Bonwick, "The slab allocator",
// 1994), with their description outside of it.
//
//     Slab (two lines, anywhere)          memory, at a multiple of 64 KiB
//     [ owner's line ][ shared line ]     [slot|slot|slot| ... fresh ... ]
//
// Free slots are found in four places: in the list `free`, behind the word
// (those that other threads brought back), in bare pages, and from `fresh` on,
// where nobody has written yet. A slot that is none of these is in use. A page
// is bare when it went back to the system, as no slot of it was in use; then no
// slot that touches it is linked, and all that do are free.
//
//     used + free_count + word.count() + bare_slots + (capacity - fresh)
//         == capacity
//
// Cost     constant, but for linking fresh slots.
// Threads  the owner's line is the owner's alone; the word decides who that is.
// Failure  none: there is a slot or there is not.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/bits.hpp"

#include "base/published.hpp"
#include "slab/slab_word.hpp"

namespace tarn::slab {

inline constexpr std::size_t smallest_slot = sizeof(FreeSlot);

/// What a slab's description has room for, at its end.
inline constexpr std::size_t kept_size = 32;

/// Pages of a slab, the lowest bit its first. Where a slab has more pages than
/// bits, one stands for several.
using PageBits = std::uint32_t;
inline constexpr unsigned most_pages = 32;
inline constexpr PageBits all_pages = ~PageBits{0};

struct alignas(64) Slab {
  /// Makes a slab of `size` bytes at `memory`, all slots fresh, attached to
  /// `by`, in no list. `of_class` is the owner's to read. What is kept stays.
  void start(std::byte* memory_, std::size_t size, std::uint32_t slot_size_,
             unsigned of_class, std::uint32_t by) noexcept;

  /// The owner: all free slots at hand, linked; those that came back when there
  /// are none. Null: there are none either.
  [[nodiscard]] Returned take_at_hand() noexcept;

  /// The owner: the same; else those of a bare page; else up to `most` fresh
  /// ones. Both get `key`, and neither is touched before. Null: the slab is
  /// used up. A slot of a bare page that has the key was given back while it
  /// was free; it is told through `twice`, if given.
  [[nodiscard]] Returned take(unsigned most, std::uintptr_t key = 0,
                              FreeSlot** twice = nullptr) noexcept;

  /// The owner of a slab that nobody else posts to: one slot, or null.
  [[nodiscard]] FreeSlot* take_one() noexcept;

  /// The owner: one slot back.
  void put(FreeSlot* slot) noexcept {
    slot->next = free;
    free = slot;
    ++free_count;
  }

  /// The owner: adds the slots that came back to its own.
  void take_returned() noexcept;

  /// Gives up the ownership of a slab that is used up. False: slots came back,
  /// and the caller still owns it.
  [[nodiscard]] bool detach() noexcept;

  /// Gives up the ownership together with the free slots. True: the caller must
  /// put it on a list; else it waits like one that was detached.
  [[nodiscard]] bool park() noexcept;

  /// Who took the slab off a list, or takes back a detached one, is its owner.
  void adopt(std::uint32_t by) noexcept;
  [[nodiscard]] bool reattach(std::uint32_t by) noexcept;

  /// The owner: all slots are in use.
  [[nodiscard]] bool is_full() const noexcept {
    return free_count == 0 && bare_slots == 0 && fresh == capacity;
  }

  /// The owner: nobody uses a slot.
  [[nodiscard]] bool is_unused() const noexcept {
    return free_count + bare_slots == fresh;
  }

  /// The owner: makes pages bare that hold nothing but slots of its list, which
  /// lose their links. Says which; their memory is the caller's to give back,
  /// before the slab is asked for slots. Linear in the list.
  [[nodiscard]] PageBits lay_bare(std::size_t page) noexcept;

  /// Whether so many free slots, with what lies behind the last one of all, may
  /// be all that a page holds.
  [[nodiscard]] bool may_fill_page(std::size_t slots,
                                   std::size_t page) const noexcept {
    const std::size_t size = std::size_t{capacity} * slot_size;
    return slots * slot_size + detail::round_up(size, page) - size >= page;
  }

  /// Bytes of what a bit of those stands for.
  [[nodiscard]] std::size_t page_size() const noexcept {
    return std::size_t{1} << page_shift;
  }

  /// Whether the slot that begins `offset` bytes inside lies in a bare page. So
  /// it is free.
  [[nodiscard]] bool is_bare(std::size_t offset) const noexcept {
    return (pages_of(offset) & bare) != 0;
  }

  /// Whether a slot begins at `p`, which is inside, and was ever handed out.
  [[nodiscard]] bool has_slot_at(const void* p) const noexcept {
    const auto offset =
        static_cast<std::size_t>(static_cast<const std::byte*>(p) - memory);
    return offset % slot_size == 0 && offset / slot_size < fresh;
  }

  [[nodiscard]] bool is_inside(const FreeSlot* slot) const noexcept {
    return detail::address_of(slot) - detail::address_of(memory) <
           std::size_t{capacity} * slot_size;
  }

  /// True while every invariant holds. The owner's; linear in free slots.
  [[nodiscard]] bool check() const noexcept;

  Returned link_fresh(unsigned most, std::uintptr_t key) noexcept;
  Returned link_bare(std::uintptr_t key, FreeSlot** twice) noexcept;
  [[nodiscard]] PageBits pages_of(std::size_t offset) const noexcept {
    return bits_to((offset + slot_size - 1) >> page_shift) &
           ~(bits_to(offset >> page_shift) >> 1);
  }
  [[nodiscard]] std::size_t offset_of(const FreeSlot* slot) const noexcept {
    return detail::bytes_between(memory, slot);
  }
  [[nodiscard]] PageBits full_pages() const noexcept;
  /// The bits up to and with the `last`.
  static PageBits bits_to(std::size_t last) noexcept {
    return all_pages >> (most_pages - 1 - last % most_pages);
  }

  // The owner's line.
  FreeSlot* free;
  std::byte* memory;
  Slab** link;  // what points here in a list of the owner's
  Slab* older;
  // Statistics look at these, which are the owner's to write.
  base::Published<std::uint32_t> slot_size;
  base::Published<std::uint16_t> free_count;  // in `free`
  base::Published<std::uint16_t> capacity;
  base::Published<std::uint16_t> fresh;  // slots below were handed out before
  std::uint8_t size_class;
  std::uint8_t granules;                 // the owner's to write and read
  base::Published<std::uint32_t> since;  // when it was made; the owner's to set
  base::Published<PageBits> bare;
  base::Published<std::uint16_t> bare_slots;  // free, and in no list
  base::Published<std::uint8_t> page_shift;   // of what a bit of `bare` is
  // For whoever looks for pages that nobody needs: the count of free slots when
  // it looked last, and whether all such pages of theirs are bare.
  bool is_laid_bare;
  std::uint16_t seen_free;
  // Whose slab it is, 0: nobody's. Written by owners only; another thread that
  // reads it learns no more than that the slab is not its own.
  std::atomic<std::uint32_t> owner;

  // The shared line.
  alignas(64) SlabWord word;
  Slab* next_listed;  // written by who lists it, read by who takes it off
  // For the owner's list of all that it borrowed.
  alignas(32) std::byte kept[kept_size];
};
static_assert(sizeof(Slab) == 128);

/// Slabs that wait for an owner: any thread puts one on, and who takes, takes
/// all of them. Linked through `next_listed`.
class SlabList {
 public:
  void put(Slab* slab) noexcept {
    Slab* first = first_.load(std::memory_order_relaxed);
    do
      slab->next_listed = first;
    // Pairs with the acquire of take_all().
    while (!first_.compare_exchange_weak(first, slab, std::memory_order_release,
                                         std::memory_order_relaxed));
  }

  [[nodiscard]] Slab* take_all() noexcept {
    if (first_.load(std::memory_order_relaxed) == nullptr)
      return nullptr;
    return first_.exchange(nullptr, std::memory_order_acquire);
  }

 private:
  std::atomic<Slab*> first_{nullptr};
};

}  // namespace tarn::slab
