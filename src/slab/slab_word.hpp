// slab_word.hpp - the word by which slots come back to a slab from any thread,
// and which says who may own the slab.
//
//     | listed | detached | count (14) | first slot (16) |
//
// A slab is attached to an owner, who alone hands out its slots, until none is
// left; then the owner detaches it and forgets it. The first slots that come
// back to a detached slab make their bringer list it, and whoever takes it off
// that list is its next owner. The states and who may change them are a table
// in docs/concurrency.md.
//
// Slots come back in batches, linked, by one compare-and-swap. Nobody takes
// only some of them, so there is no ABA: every taker takes all.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tarn::slab {

/// What stands in a slot that nobody uses.
struct FreeSlot {
  FreeSlot* next;
  std::uintptr_t key;  // a heap's mark of a free slot; see heap/bin.hpp
};

/// The bits of a key that are for notes of the pool.
inline constexpr std::uintptr_t key_notes = 0xFFFF;

/// Slots that go back together.
struct Batch {
  FreeSlot* first;
  FreeSlot* last;
  unsigned count;
};

/// Slots that came back: `first` is null when there are none.
struct Returned {
  FreeSlot* first;
  unsigned count;
};

/// The widest load of a processor. One with a mask that ends before a page
/// does, but reaches into the next one, takes hundreds of cycles where that
/// page was never touched: memcmp's, each time. So no slot that somebody has
/// lies so close to the end of the last page that was touched.
inline constexpr std::size_t widest_load = 64;

/// The system gives pages of this size, or larger ones.
inline constexpr std::size_t least_page = std::size_t{1} << 12;

/// What the word can tell apart.
inline constexpr std::size_t largest_slab = std::size_t{1} << 19;
inline constexpr unsigned most_slots = (1u << 14) - 1;

class SlabWord {
 public:
  /// Any thread: gives slots of the slab at `memory` back. True: the caller,
  /// and nobody else, must put the slab on a list.
  [[nodiscard]] bool post(std::byte* memory, const Batch& batch) noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    std::uint32_t next = 0;
    bool must_list = false;
    do {
      batch.last->next = slot_at(memory, word);
      must_list = (word & (detached | listed)) == detached;
      next = (word & (detached | listed)) | (must_list ? listed : 0) |
             (count_in(word) + batch.count) << count_shift |
             place_of(memory, batch.first);
      // Release: the links, and whatever was done with the slots before, are
      // seen by who takes them. Acquire: a listing follows the detaching.
    } while (!word_.compare_exchange_weak(word, next, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
    return must_list;
  }

  /// The owner, or who took the slab off a list and so becomes its owner: takes
  /// all slots that came back. The slab is attached after it.
  [[nodiscard]] Returned take(std::byte* memory) noexcept {
    // Pairs with the release of post() and of detach().
    const std::uint32_t word = word_.exchange(0, std::memory_order_acquire);
    return {slot_at(memory, word), count_in(word)};
  }

  /// The owner, who has no slot left: gives the slab up. False: slots came back
  /// meanwhile, and it is still the owner.
  [[nodiscard]] bool detach() noexcept {
    std::uint32_t nothing = 0;
    // Release: what the owner wrote is seen by the next one.
    return word_.compare_exchange_strong(nothing, detached,
                                         std::memory_order_release,
                                         std::memory_order_relaxed);
  }

  /// Takes a slab back that was detached and that nobody gave a slot to since.
  [[nodiscard]] bool reattach() noexcept {
    std::uint32_t expected = detached;
    return word_.compare_exchange_strong(expected, 0, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  /// The owner: gives up an attached slab together with the slots it still has,
  /// for whoever needs them; `has_more` are slots that nobody linked. False:
  /// there is no slot, and the slab is as one that was detached; else the
  /// caller must put it on a list.
  [[nodiscard]] bool park(std::byte* memory, const Batch& batch,
                          bool has_more) noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    std::uint32_t next = 0;
    do {
      if (batch.last != nullptr)
        batch.last->next = slot_at(memory, word);
      const std::uint32_t count = count_in(word) + batch.count;
      const std::uint32_t first = batch.last != nullptr
                                      ? place_of(memory, batch.first)
                                      : word & place_mask;
      next = detached | (count != 0 || has_more ? listed : 0) |
             count << count_shift | first;
    } while (!word_.compare_exchange_weak(word, next, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
    return (next & listed) != 0;
  }

  /// How many slots came back; a hint unless the slab is off every list.
  [[nodiscard]] unsigned count() const noexcept {
    return count_in(word_.load(std::memory_order_relaxed));
  }

  [[nodiscard]] bool is_detached() const noexcept {
    return (word_.load(std::memory_order_relaxed) & detached) != 0;
  }

  void reset() noexcept { word_.store(0, std::memory_order_relaxed); }

 private:
  static constexpr unsigned place_shift = 4;  // slots lie at multiples of 16
  static constexpr unsigned count_shift = 16;
  static constexpr std::uint32_t place_mask = (1u << count_shift) - 1;
  static constexpr std::uint32_t detached = 1u << 30;
  static constexpr std::uint32_t listed = 1u << 31;
  static constexpr std::uint32_t count_mask = detached - 1;

  static unsigned count_in(std::uint32_t word) noexcept {
    return (word & count_mask) >> count_shift;
  }
  static std::uint32_t place_of(const std::byte* memory,
                                const FreeSlot* slot) noexcept {
    const auto offset = static_cast<std::uint32_t>(
        reinterpret_cast<const std::byte*>(slot) - memory);
    return (offset >> place_shift) + 1;
  }
  static FreeSlot* slot_at(std::byte* memory, std::uint32_t word) noexcept {
    const std::size_t place = word & place_mask;
    return place == 0 ? nullptr
                      : reinterpret_cast<FreeSlot*>(
                            memory + ((place - 1) << place_shift));
  }

  std::atomic<std::uint32_t> word_{0};
};

}  // namespace tarn::slab
