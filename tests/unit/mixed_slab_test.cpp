// BOARD
#include "slab/mixed_slab.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <random>
#include <vector>

namespace {

using namespace tarn;
using namespace tarn::slab;

struct Fixture {
  Fixture() { slab.start(memory); }

  // A class's size is 16 times its number here.
  FreeSlot* take(unsigned size_class) {
    Strip* strip = slab.find(size_class);
    if (strip == nullptr)
      strip = slab.add(size_class, size_class * 16);
    return strip == nullptr ? nullptr : MixedSlab::take_one(*strip);
  }
  void put(FreeSlot* slot) { slab.put(*slab.strip_at(slot), slot); }

  MixedSlab slab;
  alignas(mixed_size) static inline std::byte memory[mixed_size];
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a slot is found in a strip of its class only") {
  CHECK(slab.find(3) == nullptr);
  FreeSlot* const slot = take(3);
  CHECK(slab.find(3) != nullptr);
  CHECK(slab.find(4) == nullptr);
  CHECK(slab.find(3 + 64) == nullptr);
  CHECK(slab.strip_at(slot)->size_class == 3);
  CHECK(slab.strip_at(slot)->capacity == unit_size / 48);
  CHECK(slab.check());
}

TEST_CASE_FIXTURE(Fixture, "units are free again when all slots are back") {
  std::vector<FreeSlot*> slots;
  for (int i = 0; i < 40; ++i)
    slots.push_back(take(5));
  CHECK_FALSE(slab.is_unused());
  for (FreeSlot* const slot : slots)
    put(slot);
  CHECK(slab.is_unused());
  CHECK(slab.strip_at(slots[0]) == nullptr);
  CHECK(slab.check());
}

TEST_CASE_FIXTURE(Fixture,
                  "a slot lies at a multiple of the power in its size") {
  for (unsigned size_class : {32u, 64u, 96u, 128u, 256u, 320u, 1024u}) {
    CAPTURE(size_class);
    const std::size_t size = size_class * std::size_t{16};
    void* const slot = take(size_class);
    REQUIRE(slot != nullptr);
    CHECK(detail::address_of(slot) % (size & (~size + 1)) == 0);
  }
}

TEST_CASE_FIXTURE(Fixture, "the largest slot fits once, and never twice") {
  CHECK(take(largest_mixed / 16) != nullptr);
  CHECK(take(largest_mixed / 16) == nullptr);
  CHECK(take(largest_mixed / 32) != nullptr);
}

TEST_CASE_FIXTURE(Fixture, "an address is told with its slot") {
  const auto* const slot = reinterpret_cast<std::byte*>(take(80));
  const auto offset = detail::bytes_between(memory, slot);
  CHECK(mixed_place(memory, offset + 1279).begin == offset);
  CHECK(mixed_place(memory, offset + 1279).size == 1280);
  CHECK(mixed_place(memory, 0).size == 0);
  CHECK(mixed_place(memory, mixed_size - 1).size == 0);
}

TEST_CASE_FIXTURE(Fixture, "no small slot lies where a page ends") {
  constexpr std::size_t page = 4096;
  for (unsigned i = 0; i < 1000; ++i) {
    const unsigned size_class = 1 + i % 4;
    const FreeSlot* const slot = take(size_class);
    const std::size_t last =
        detail::bytes_between(memory, slot) + size_class * 16 - 1;
    CHECK(last / page == (last + widest_load) / page);
  }
  CHECK(slab.check());
}

TEST_CASE_FIXTURE(Fixture, "slots in use never overlap") {
  std::mt19937 random{5};
  std::vector<std::pair<FreeSlot*, unsigned>> slots;
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 2 == 0) {
      const auto size_class = static_cast<unsigned>(1 + random() % 100);
      FreeSlot* const slot = take(size_class);
      if (slot != nullptr) {
        std::memset(slot, static_cast<int>(size_class), size_class * 16);
        slots.emplace_back(slot, size_class);
      }
    } else if (!slots.empty()) {
      std::swap(slots[random() % slots.size()], slots.back());
      const auto [slot, size_class] = slots.back();
      const auto* const bytes = reinterpret_cast<unsigned char*>(slot);
      for (unsigned k = 0; k < size_class * 16; ++k)
        REQUIRE(bytes[k] == size_class);
      put(slot);
      slots.pop_back();
    }
    if (i % 100 == 0)
      REQUIRE(slab.check());
  }
}

TEST_CASE_FIXTURE(Fixture, "the last slot that comes back ends its strip") {
  FreeSlot* const one = take(5);
  FreeSlot* const other = take(5);
  Strip& strip = *slab.strip_at(one);
  CHECK_FALSE(slab.put(strip, other));
  CHECK(strip.size_class == 5);
  CHECK(slab.put(strip, one));
  CHECK(strip.size_class == 0);
}

TEST_CASE_FIXTURE(Fixture, "damage shows: units, lists and counts must agree") {
  Strip& strip = *slab.strip_at(take(5));
  FreeSlot* const free = strip.free;
  const std::uint32_t used = slab.used[3];

  SUBCASE("a unit in use that no strip has") {
    slab.used[3] = used | 1u << 31;
    CHECK_FALSE(slab.check());
    slab.used[3] = used;
  }
  SUBCASE("a list that is shorter than its count") {
    strip.free = free->next;
    CHECK_FALSE(slab.check());
    strip.free = free;
  }
  SUBCASE("a list that does not end") {
    FreeSlot* const next = free->next;
    free->next = free;
    CHECK_FALSE(slab.check());
    free->next = next;
  }
  SUBCASE("as many free slots as there are") {
    strip.capacity = strip.free_count;
    CHECK(slab.check());
    --strip.capacity;
    CHECK_FALSE(slab.check());
    strip.capacity = unit_size / 80;
  }
  SUBCASE("a count of units that is none of theirs") {
    slab.used_units = slab.used_units + 1;
    CHECK_FALSE(slab.check());
    slab.used_units = slab.used_units - 1;
  }
  CHECK(slab.check());
}
