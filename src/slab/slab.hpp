// slab.hpp - equal slots in one piece of memory (Bonwick, "The slab allocator",
// 1994), with their description outside of it.
//
//     Slab (two lines, anywhere)          memory, at a multiple of 64 KiB
//     [ owner's line ][ shared line ]     [slot|slot|slot| ... fresh ... ]
//
// Free slots are found in four places: in the list `free`, behind the word
// (those that other threads brought back), in the hole, whose pages went back,
// and from `fresh` on, where nobody has written yet. A slot that is none of
// these is in use.
//
//     used + free_count + word.count() + in_hole() + (capacity - fresh)
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

/// Whole pages without a slot in use; empty: none.
struct Hole {
  std::byte* memory;
  std::size_t size;
};

struct alignas(64) Slab {
  /// Makes a slab of `size` bytes at `memory`, all slots fresh, attached to
  /// `by`, in no list. `of_class` is the owner's to read. What is kept stays.
  void start(std::byte* memory_, std::size_t size, std::uint32_t slot_size_,
             unsigned of_class, std::uint32_t by) noexcept;

  /// The owner: all free slots at hand, linked; those that came back when there
  /// are none; else up to `most` fresh ones, with `key` in them. Null: the slab
  /// is used up.
  [[nodiscard]] Returned take(unsigned most, std::uintptr_t key = 0) noexcept;

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
    return free_count == 0 && in_hole() == 0 && fresh == capacity;
  }

  /// The owner: nobody uses a slot.
  [[nodiscard]] bool is_unused() const noexcept {
    return free_count + in_hole() == fresh;
  }

  [[nodiscard]] unsigned in_hole() const noexcept {
    return unsigned{hole_end} - unsigned{hole_begin};
  }

  /// The owner: takes the longest run of free slots out of its list, if that
  /// is worth it and there is no hole yet. The memory that nobody needs of it
  /// is for the caller to give back. Linear in the slots.
  [[nodiscard]] Hole make_hole(std::size_t page) noexcept;

  /// Whether a slot begins at `p`, which is inside, and was ever handed out.
  [[nodiscard]] bool has_slot_at(const void* p) const noexcept {
    const auto offset =
        static_cast<std::size_t>(static_cast<const std::byte*>(p) - memory);
    return offset % slot_size == 0 && offset / slot_size < fresh;
  }

  /// True while every invariant holds. The owner's; linear in free slots.
  [[nodiscard]] bool check() const noexcept;

  Returned link(unsigned begin, unsigned count, std::uintptr_t key) noexcept;
  [[nodiscard]] unsigned place_of(const FreeSlot* slot) const noexcept {
    return static_cast<unsigned>(detail::bytes_between(memory, slot) /
                                 slot_size);
  }

  // The owner's line.
  FreeSlot* free;
  std::byte* memory;
  Slab* newer;  // neighbours in a list of the owner's
  Slab* older;
  // Statistics look at these, which are the owner's to write.
  base::Published<std::uint32_t> slot_size;
  base::Published<std::uint16_t> free_count;  // in `free`
  base::Published<std::uint16_t> capacity;
  base::Published<std::uint16_t> fresh;  // slots below were handed out before
  std::uint8_t size_class;
  std::uint8_t granules;                 // the owner's to write and read
  base::Published<std::uint32_t> since;  // when it was made; the owner's to set
  base::Published<std::uint16_t> hole_begin;  // slots from here
  base::Published<std::uint16_t> hole_end;  // to before this are free, unlinked
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
