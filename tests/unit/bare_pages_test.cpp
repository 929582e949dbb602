// What slab.hpp says of bare pages.
#include "slab/slab.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <doctest/doctest.h>
#include <random>
#include <set>
#include <vector>

namespace {

using namespace tarn;
using slab::FreeSlot;
using slab::PageBits;
using slab::Returned;

constexpr std::uintptr_t key = std::uintptr_t{77} << 20;

struct Fixture {
  static constexpr std::size_t size = 64 * KiB;
  static constexpr std::size_t page = 4 * KiB;

  explicit Fixture(std::uint32_t slot_size) {
    slab.start(memory, size, slot_size, 4, 1);
  }

  // Takes every slot there is.
  std::vector<FreeSlot*> use_up() {
    std::vector<FreeSlot*> slots;
    for (Returned got = slab.take(64, key); got.first != nullptr;
         got = slab.take(64, key))
      for (FreeSlot* slot = got.first; slot != nullptr;) {
        CHECK(slot->key == key);
        slots.push_back(slot);
        FreeSlot* const next = slot->next;
        std::memset(static_cast<void*>(slot), 0x5A, slab.slot_size);
        slot = next;
      }
    std::sort(slots.begin(), slots.end());
    return slots;
  }

  void put(FreeSlot* slot) {
    slot->key = key;
    slab.put(slot);
  }

  // As the system would.
  PageBits lay_bare() {
    const PageBits pages = slab.lay_bare(page);
    for (unsigned i = 0; i < slab::most_pages; ++i)
      if ((pages >> i & 1) != 0)
        std::memset(memory + i * slab.page_size(), 0, slab.page_size());
    return pages;
  }

  alignas(page) std::byte memory[size];
  slab::Slab slab;
};

}  // namespace

TEST_CASE("pages are laid bare where no slot is in use, wherever they lie") {
  Fixture all{64};
  const std::vector<FreeSlot*> slots = all.use_up();
  REQUIRE(slots.size() == 1024);
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (i != 100 && i != 500)  // in the pages 1 and 7
      all.put(slots[i]);
  const PageBits pages = all.lay_bare();
  CHECK(pages == (0xFFFFu & ~(1u << 1) & ~(1u << 7)));
  CHECK(all.slab.bare_slots == 14 * 64);
  CHECK(all.slab.free_count == 2 * 63 - 0);
  CHECK(all.slab.check());
  CHECK_FALSE(all.slab.is_unused());
  CHECK_FALSE(all.slab.is_full());
  CHECK(all.lay_bare() == 0);
  CHECK(all.use_up().size() == 1022);
  CHECK(all.slab.bare_slots == 0);
  CHECK(all.slab.is_full());
}

TEST_CASE("the page where the last slot ends is laid bare as others are") {
  Fixture all{3072};
  const std::vector<FreeSlot*> slots = all.use_up();
  REQUIRE(slots.size() == 21);
  all.put(slots.back());  // 61440 to 64512 of 65536
  CHECK(all.lay_bare() == 1u << 15);
  CHECK(all.slab.check());
  CHECK(all.use_up().size() == 1);
}

TEST_CASE("a page with slots that were never handed out is not laid bare") {
  Fixture all{1536};
  std::vector<FreeSlot*> slots;
  for (unsigned i = 0; i < 41; ++i)  // of 42
    slots.push_back(all.slab.take(1, key).first);
  for (unsigned i = 38; i < 41; ++i)
    all.put(slots[i]);
  CHECK(all.lay_bare() == 0);
  CHECK(all.slab.check());
}

TEST_CASE("slots at hand are had before those of bare pages, and those fresh") {
  Fixture all{1024};
  Returned got = all.slab.take(32, key);
  REQUIRE(got.count == 32);
  std::vector<FreeSlot*> slots;
  for (FreeSlot* slot = got.first; slot != nullptr; slot = slot->next)
    slots.push_back(slot);
  for (std::size_t i = 0; i < 31; ++i)
    all.put(slots[i]);
  CHECK(all.lay_bare() == 0x7F);
  got = all.slab.take_at_hand();
  CHECK(got.count == 3);
  CHECK(all.slab.take_at_hand().first == nullptr);
  got = all.slab.take(32, key);
  CHECK(got.count == 4);
  CHECK(got.first == slots[0]);
  CHECK(all.slab.bare == 0x7E);
  CHECK(all.slab.fresh == 32);
}

TEST_CASE("all is unused when what is not bare came back") {
  Fixture all{64};
  const std::vector<FreeSlot*> slots = all.use_up();
  for (std::size_t i = 1; i < slots.size(); ++i)
    all.put(slots[i]);
  CHECK(all.lay_bare() != 0);
  CHECK_FALSE(all.slab.is_unused());
  all.put(slots[0]);
  CHECK(all.slab.is_unused());
}

TEST_CASE("a slot that lies in a bare page is told, and one beside it is not") {
  Fixture all{5120};
  const std::vector<FreeSlot*> slots = all.use_up();
  REQUIRE(slots.size() == 12);
  all.put(slots[1]);  // from 5120 to 10240: page 1 to 2, a part of each
  CHECK(all.lay_bare() == 0);
  all.put(slots[2]);  // to 15360: page 2 is free, and so is a part of page 3
  CHECK(all.lay_bare() == 1u << 2);
  CHECK(all.slab.is_bare(5120));
  CHECK(all.slab.is_bare(10240));
  CHECK_FALSE(all.slab.is_bare(0));
  CHECK_FALSE(all.slab.is_bare(15360));
  all.put(slots[0]);  // and now pages 0 and 1
  CHECK(all.lay_bare() == 3u);
  CHECK(all.slab.bare_slots == 3);
  CHECK(all.slab.free_count == 0);
  CHECK(all.slab.check());
  const Returned got = all.slab.take(1, key);
  CHECK(got.count == 1);
  CHECK(got.first == slots[0]);
  CHECK(all.slab.check());
}

TEST_CASE("a free slot of a bare page that is given back is told") {
  Fixture all{64};
  const std::vector<FreeSlot*> slots = all.use_up();
  for (std::size_t i = 1; i < slots.size(); ++i)
    all.put(slots[i]);
  REQUIRE((all.lay_bare() & 1u << 3) != 0);
  slots[3 * 64 + 5]->key = key;
  FreeSlot* twice = nullptr;
  for (Returned got = all.slab.take(64, key, &twice);
       got.first != nullptr && twice == nullptr;
       got = all.slab.take(64, key, &twice)) {
  }
  CHECK(twice == slots[3 * 64 + 5]);
}

TEST_CASE("one that begins before the bare page has its key, and is in order") {
  Fixture all{3072};
  const std::vector<FreeSlot*> slots = all.use_up();
  for (std::size_t i = 3; i < slots.size(); ++i)
    all.put(slots[i]);
  REQUIRE(all.lay_bare() != 0);
  FreeSlot* twice = nullptr;
  while (all.slab.take(64, key, &twice).first != nullptr) {
  }
  CHECK(twice == nullptr);
}

TEST_CASE("no page is laid bare where too little is free") {
  Fixture all{64};
  const Returned got = all.slab.take(1024);
  all.slab.put(got.first);
  CHECK(all.lay_bare() == 0);
  CHECK(all.slab.bare_slots == 0);
}

TEST_CASE("larger pages than a bit can stand for are laid bare together") {
  alignas(4096) static std::byte memory[slab::largest_slab];
  slab::Slab slab;
  slab.start(memory, sizeof memory, 1024, 4, 1);
  const Returned got = slab.take(512);
  FreeSlot* slot = got.first;
  while (slot != nullptr) {
    FreeSlot* const next = slot->next;
    if (slab.offset_of(slot) >= 16 * KiB)
      slab.put(slot);
    slot = next;
  }
  CHECK(std::popcount(slab.lay_bare(4096)) == 31);
  CHECK(slab.page_size() == 16 * KiB);
  CHECK(slab.check());
}

TEST_CASE(
    "whatever is taken, put back and laid bare, each slot is there once") {
  std::mt19937 random{11};
  for (const std::uint32_t slot_size :
       {16u, 48u, 512u, 1280u, 2560u, 4096u, 5120u, 7168u, 16384u}) {
    Fixture all{slot_size};
    std::vector<FreeSlot*> used;
    std::set<FreeSlot*> seen;
    for (int step = 0; step < 400; ++step) {
      if (random() % 4 == 0) {
        for (FreeSlot* slot = all.slab.take(8, key).first; slot != nullptr;) {
          FreeSlot* const next = slot->next;
          CHECK(seen.insert(slot).second);
          used.push_back(slot);
          std::memset(static_cast<void*>(slot), 0x5A, slot_size);
          slot = next;
        }
      } else if (random() % 8 == 0) {
        static_cast<void>(all.lay_bare());
        REQUIRE(all.slab.check());
      } else if (!used.empty()) {
        // Neighbours more often than chance has it.
        std::sort(used.begin(), used.end());
        const std::size_t first = random() % used.size();
        const std::size_t last =
            std::min(first + 1 + random() % 80, used.size());
        for (std::size_t i = first; i < last; ++i) {
          const auto* const bytes = reinterpret_cast<std::byte*>(used[i]);
          CHECK(std::all_of(bytes, bytes + slot_size,
                            [](std::byte b) { return b == std::byte{0x5A}; }));
          CHECK_FALSE(all.slab.is_bare(all.slab.offset_of(used[i])));
          seen.erase(used[i]);
          all.put(used[i]);
        }
        used.erase(used.begin() + static_cast<std::ptrdiff_t>(first),
                   used.begin() + static_cast<std::ptrdiff_t>(last));
      }
    }
    const std::size_t rest = all.use_up().size();
    CHECK(rest + used.size() == all.slab.capacity);
  }
}
