// bin.hpp - free blocks of one class, last in first out.
//
//     head -> [next | key, room] -> [next | key, room] -> ... -> [0 | ...]
//
// Nobody counts them: each block says how many more may follow it, and one that
// is pushed says one less than that below it. Those that a bin was filled with
// all say the same, so it never has more than these and a bin's room above.
//
// A block has the key if and only if it is free. So one that was given back
// twice is found when it is to be served the second time, whichever lists it
// came into.
//
// Threads  confined; `seen` may be read by others.
// SPDX-License-Identifier: MIT
#pragma once

#include "base/published.hpp"
#include "heap/size_class.hpp"
#include "slab/slab_word.hpp"

namespace tarn::heap {

using slab::FreeSlot;

// The second word of a free block: the key, which no block in use has there
// but by chance, and in its low bits how many blocks a bin may have above it.
inline constexpr std::uintptr_t room_mask = slab::key_notes;

[[nodiscard]] constexpr bool has_key(std::uintptr_t word,
                                     std::uintptr_t key) noexcept {
  return (word ^ key) <= room_mask;
}
[[nodiscard]] inline bool is_free(const FreeSlot& slot,
                                  std::uintptr_t key) noexcept {
  return has_key(slot.key, key);
}

/// How many blocks of the class a bin takes back above one that it was given.
constexpr unsigned room_of(unsigned size_class) noexcept {
  constexpr std::size_t room_bytes = 64 * KiB;
  const std::size_t room = room_bytes / size_of(size_class);
  return room < 2 ? 2 : static_cast<unsigned>(room);
}

/// What an empty bin begins with: no block, and no room above it.
extern constinit FreeSlot no_slot;

// The last block of a bin, which has no next one, is not served before the bin
// was filled anew, so that there is always a first one to look at.
struct Bin {
  FreeSlot* head = &no_slot;
  // For statistics, written by the owner where the fast path never is: how many
  // blocks were here when it last looked, and above them how many there can be.
  base::Published<std::uint32_t> seen = 0;
  // Part of the address of the block on top when has_moved() asked last.
  std::uint32_t top = 0;

  [[nodiscard]] bool is_empty() const noexcept { return head == &no_slot; }
  /// The owner: whether another block may come on top.
  [[nodiscard]] bool has_room() const noexcept {
    return is_empty() || (head->key & room_mask) != 0;
  }
  void push(FreeSlot* slot) noexcept {
    slot->next = is_empty() ? nullptr : head;
    head = slot;
  }
  /// Not of an empty one. The block is in use from now on.
  FreeSlot* pop() noexcept {
    FreeSlot* const slot = head;
    head = slot->next != nullptr ? slot->next : &no_slot;
    slot->key = 0;
    return slot;
  }

  /// The owner: the bin has one block at most and gets `count` more.
  void fill(FreeSlot* first, unsigned count, unsigned room) noexcept {
    (is_empty() ? head : head->next) = first;
    seen = (count + 1 + room) << seen_bits | count;
  }
  /// The owner: keeps at most `kept` blocks, with the mark; returns the others.
  [[nodiscard]] FreeSlot* keep(unsigned kept, std::uintptr_t mark) noexcept {
    FreeSlot** end = &head;
    for (; kept != 0 && *end != nullptr; --kept) {
      (*end)->key = mark;
      end = &(*end)->next;
    }
    FreeSlot* const others = *end;
    *end = nullptr;
    if (head == nullptr)
      head = &no_slot;
    return others;
  }
  /// The owner: whether another block is on top than when this was asked last.
  [[nodiscard]] bool has_moved() noexcept {
    const auto now = static_cast<std::uint32_t>(detail::address_of(head) / 16);
    const bool is_other = now != top;
    top = now;
    return is_other;
  }
  /// How many blocks are here, by counting them. The owner's. Those below one
  /// that was given back twice and is in use again are not seen.
  [[nodiscard]] unsigned count(std::uintptr_t key) const noexcept {
    unsigned blocks = 0;
    if (!is_empty())
      for (const FreeSlot* slot = head;
           slot != nullptr && is_free(*slot, key) && blocks < most_seen;
           slot = slot->next)
        ++blocks;
    return blocks;
  }
  /// The owner: lets others see how many blocks are here.
  void look(unsigned room, std::uintptr_t key) noexcept {
    const unsigned blocks = count(key);
    seen = (blocks + room) << seen_bits | blocks;
  }

  static constexpr unsigned seen_bits = 16;
  static constexpr unsigned most_seen = (1u << (seen_bits - 1)) - 1;
};
static_assert(sizeof(Bin) == max_align, "a size is the offset of its bin");

}  // namespace tarn::heap
