// region_steps.hpp - the steps that allot and give up blocks.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/allocator.hpp"
#include "tarn/text.hpp"

#include "laws/region_play.hpp"

#include <string>

namespace tarn::test {

class BlockSteps : public RegionPlay {
 protected:
  ~BlockSteps() = default;

  using Entry = Blocks::value_type;

  // Some user's block of `twin`, or null.
  Entry* choose_block(const Twin& twin, std::size_t amount) {
    Blocks& blocks = ledger_.blocks;
    auto at = blocks.begin();
    if (!blocks.empty())
      std::advance(at, static_cast<long>(amount % blocks.size()));
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (at == blocks.end())
        at = blocks.begin();
      if (at->second.twin == &twin && !at->second.is_record)
        return &*at;
      ++at;
    }
    return nullptr;
  }

  // Blocks of size 0 are nobody's; they only must not be null.
  void enter_user_block(Twin& twin, const Wish& wish, void* p, bool can_be) {
    if (p == nullptr) {
      settle_failure(twin, can_be);
      return;
    }
    law(can_be, "4: what cannot be is refused");
    std::byte* const at = settle(twin, wish, static_cast<std::byte*>(p));
    enter_block(twin, at, wish.size, wish.align, false);
  }

  void allocate(Twin& twin, std::size_t size, std::size_t align) {
    begin(twin);
    enter_user_block(twin, {size, align}, twin.region->allocate(size, align),
                     true);
  }

  void allocate_too_much(Twin& twin, std::size_t less, std::size_t align) {
    begin(twin);
    const std::size_t size = no_limit - less;
    enter_user_block(twin, {size, align}, twin.region->allocate(size, align),
                     false);
    begin(twin);
    law(twin.region->make_array<Element>(size / 2) == nullptr,
        "4: what cannot be is refused");
    settle_failure(twin, false);
    begin(twin);
    law(!twin.region->reserve(size), "4: what cannot be is refused");
    settle_failure(twin, false);
  }

  void allocate_zeroed(Twin& twin, std::size_t size, std::size_t align) {
    begin(twin);
    void* const p = twin.region->allocate_zeroed(size, align);
    if (p != nullptr)
      law(is_all(static_cast<std::byte*>(p), size, 0), "6: all bytes zero");
    enter_user_block(twin, {size, align}, p, true);
  }

  void allocate_or_recycle(Twin& twin, std::size_t size, std::size_t align) {
    begin(twin);
    enter_user_block(twin, {size, align, true},
                     twin.region->allocate_or_recycle(size, align), true);
  }

  void allocate_by_pmr(Twin& twin, std::size_t size, std::size_t align) {
    begin(twin);
    try {
      RegionResource* const resource = twin.region->resource();
      law(&resource->region() == twin.region, "6: the region's own resource");
      settle_resource(twin);
      begin(twin);
      enter_user_block(twin, {size, align}, resource->allocate(size, align),
                       true);
    } catch (const std::bad_alloc&) {
      settle_failure(twin, true);
    }
  }

  // A unit of 24 bytes: sizes that the other steps do not ask for.
  struct Unit {
    std::uint64_t words[3];
  };

  void allocate_by_allocator(Twin& twin, std::size_t count, bool is_too_much) {
    RegionAllocator<Unit> allocator{*twin.region};
    const Wish wish{count * sizeof(Unit), alignof(Unit)};
    begin(twin);
    try {
      if (is_too_much)
        static_cast<void>(allocator.allocate(no_limit / sizeof(Unit) + count));
      else
        enter_user_block(twin, wish, allocator.allocate(count), true);
      law(!is_too_much, "4: what cannot be is refused");
    } catch (const std::bad_array_new_length&) {
      law(is_too_much && exhaustions_ == 0, "6: no region was asked for that");
    } catch (const std::bad_alloc&) {
      settle_failure(twin, !is_too_much);
    }
  }

  void reserve(Twin& twin, std::size_t bytes) {
    begin(twin);
    if (!twin.region->reserve(bytes)) {
      settle_failure(twin, true);
      return;
    }
    const Chunk* const chunk = twin.current();
    const bool has_room = chunk != nullptr && chunk->room() >= bytes;
    if (has_room || bytes == 0) {
      law(ledger_.asks == 0, "6: what is there is not borrowed");
      return;
    }
    reserve_in_new_chunk(twin, bytes);
  }

  void copy(Twin& twin, std::size_t size) {
    begin(twin);
    const std::string text(size, 'a');
    const std::string_view copied = twin.region->copy(text);
    law(copied.data() == nullptr || copied == text, "6: copied as it was");
    enter_text(twin, copied);
  }

  void concat(Twin& twin, std::size_t size) {
    begin(twin);
    const std::string text(size, 'b');
    const std::string_view joined = twin.region->concat("/", text, "");
    law(joined.data() == nullptr || joined == "/" + text,
        "6: joined as they were");
    enter_text(twin, joined);
  }

  void resize_in_place(Twin& twin, std::size_t amount, std::size_t wanted) {
    Entry* const entry = choose_block(twin, amount);
    if (entry == nullptr)
      return;
    begin(twin);
    std::byte* const p = entry->first;
    const bool is_due = resizes(twin, *entry, wanted);
    const Block block = entry->second;
    law(twin.region->resize_in_place(p, block.size, wanted) == is_due,
        "6: the newest and large blocks grow, and all shrink");
    if (is_due)
      resize_entry(twin, p, wanted);
  }

  void grow(Twin& twin, std::size_t amount, std::size_t wanted) {
    Entry* const entry = choose_block(twin, amount);
    begin(twin);
    if (entry == nullptr) {
      enter_user_block(twin, {wanted, max_align, true},
                       twin.region->grow(nullptr, 0, wanted), true);
      return;
    }
    std::byte* const p = entry->first;
    const Block block = entry->second;
    const bool is_due = resizes(twin, *entry, wanted);
    auto* const grown = static_cast<std::byte*>(
        twin.region->grow(p, block.size, wanted, block.align));
    if (is_due) {
      law(grown == p, "6: grows where it lies");
      resize_entry(twin, p, wanted);
    } else if (grown == nullptr) {
      settle_failure(twin, true);
    } else {
      settle(twin, {wanted, block.align, true}, grown);
      law(is_all(grown, block.size, block.mark), "1: growing moves the bytes");
      forget_moved(twin, p, block);
      enter_block(twin, grown, wanted, block.align, false);
    }
  }

  enum class Way : std::uint8_t { region, resource, allocator };

  void deallocate(Twin& twin, std::size_t amount, Way way) {
    twin.region->deallocate(nullptr, amount);
    Entry* const entry = choose_block(twin, amount);
    if (entry == nullptr)
      return;
    const auto [p, block] = *entry;
    Ledger::look_at(p, block);
    begin(twin);
    ledger_.blocks.erase(p);
    twin.give_up(p, block.size, block.birth);
    if (way == Way::resource && twin.resource_memory != nullptr)
      twin.region->resource()->deallocate(p, block.size, block.align);
    else if (way == Way::allocator)
      RegionAllocator<std::byte>{*twin.region}.deallocate(p, block.size);
    else
      twin.region->deallocate(p, block.size);
  }

  void free_large(Twin& twin, std::size_t amount) {
    law(twin.region->free_large(nullptr), "6: nothing is free already");
    Entry* const entry = choose_block(twin, amount);
    if (entry == nullptr)
      return;
    begin(twin);
    std::byte* const p = entry->first;
    const bool is_due = twin.large_at(p) != nullptr;
    law(twin.region->free_large(p) == is_due, "6: large ones are freed alone");
    law(twin.large_at(p) == nullptr, "6: and given back at once");
  }

  // The old place of what moved; a large one went back when it was left.
  void forget_moved(Twin& twin, std::byte* p, const Block& block) {
    if (ledger_.blocks.erase(p) != 0)
      twin.give_up(p, block.size, block.birth);
  }

 private:
  void reserve_in_new_chunk(Twin& twin, std::size_t bytes) {
    Chunk chunk{};
    if (ledger_.fresh.empty()) {
      // Nothing was filled in it; a block of no size tells where it begins.
      auto* const begin_of_it =
          static_cast<std::byte*>(twin.region->allocate(0, 1));
      const auto spare = std::find_if(twin.spares.begin(), twin.spares.end(),
                                      [begin_of_it](const Chunk& one) {
                                        return one.begin() == begin_of_it;
                                      });
      law(spare != twin.spares.end(), "6: memory comes from somewhere");
      chunk = *spare;
      twin.spares.erase(spare);
    } else {
      chunk = take_new_chunk(twin);
    }
    law(chunk.room() >= bytes, "6: what is in reserve fits");
    twin.chunks.push_back(chunk);
    twin.current_memory = chunk.memory;
  }

  void enter_text(Twin& twin, std::string_view text) {
    auto* const p =
        const_cast<std::byte*>(reinterpret_cast<const std::byte*>(text.data()));
    if (p != nullptr)
      law(text.data()[text.size()] == '\0', "6: text ends with a zero");
    enter_user_block(twin, {p != nullptr ? text.size() + 1 : 0, 1}, p, true);
  }

  static bool resizes(Twin& twin, const Entry& entry, std::size_t wanted) {
    const auto& [p, block] = entry;
    const bool is_young = twin.is_since_mark(block.birth);
    if (is_young && twin.is_newest(p, block.size))
      return wanted <= detail::bytes_between(p, twin.current()->end());
    if (wanted <= block.size)
      return true;
    const Large* const large =
        block.size > twin.large_size ? twin.large_at(p) : nullptr;
    return large != nullptr && is_young &&
           wanted <= detail::bytes_between(p, large->end());
  }

  void resize_entry(Twin& twin, std::byte* p, std::size_t wanted) {
    law(ledger_.asks == 0, "6: in place borrows nothing");
    const auto entry = ledger_.blocks.find(p);
    const Block block = entry->second;
    law(is_all(p, std::min(block.size, wanted), block.mark),
        "1: a resized block keeps its bytes");
    if (twin.is_since_mark(block.birth) && twin.is_newest(p, block.size))
      twin.current()->fill_until(p + wanted);
    if (wanted == 0) {
      ledger_.blocks.erase(entry);
      return;
    }
    entry->second.size = wanted;
    std::memset(p, block.mark, wanted);
  }
};

}  // namespace tarn::test
