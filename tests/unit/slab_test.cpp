// BOARD
#include "slab/slab.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <set>

namespace {

using namespace tarn::slab;

struct Fixture {
  static constexpr std::size_t size = 4096;
  static constexpr std::uint32_t slot_size = 64;
  static constexpr unsigned slots = size / slot_size;

  Fixture() { slab.start(memory, size, slot_size, 4, 7); }

  FreeSlot* at(unsigned i) {
    return reinterpret_cast<FreeSlot*>(memory + i * slot_size);
  }

  // Takes every slot there is.
  unsigned use_up() {
    unsigned count = 0;
    for (Returned got = slab.take(8); got.first != nullptr; got = slab.take(8))
      count += got.count;
    return count;
  }

  alignas(64) std::byte memory[size];
  Slab slab;
};

unsigned length(const FreeSlot* slot) {
  unsigned count = 0;
  for (; slot != nullptr; slot = slot->next)
    ++count;
  return count;
}

}  // namespace

TEST_CASE("a new slab hands every slot out once, fresh ones a few at a time") {
  Fixture all;
  std::set<const void*> seen;
  for (;;) {
    const Returned got = all.slab.take(5);
    if (got.first == nullptr)
      break;
    CHECK(got.count <= 5);
    CHECK(length(got.first) == got.count);
    for (const FreeSlot* slot = got.first; slot != nullptr; slot = slot->next) {
      CHECK(all.slab.has_slot_at(slot));
      CHECK(seen.insert(slot).second);
    }
  }
  CHECK(seen.size() == Fixture::slots);
  CHECK(all.slab.check());
}

TEST_CASE("fresh memory is not touched before its slots are asked for") {
  Fixture all;
  std::memset(all.memory, 0x5A, sizeof all.memory);
  static_cast<void>(all.slab.take(2));
  for (std::size_t i = 2 * Fixture::slot_size; i < Fixture::size; ++i)
    REQUIRE(all.memory[i] == std::byte{0x5A});
}

TEST_CASE("what the owner puts back is had again before anything fresh") {
  Fixture all;
  static_cast<void>(all.slab.take(4));
  all.slab.put(all.at(2));
  all.slab.put(all.at(0));
  const Returned got = all.slab.take(4);
  CHECK(got.count == 2);
  CHECK(got.first == all.at(0));
  CHECK(got.first->next == all.at(2));
}

TEST_CASE("a slab is unused when every slot that was handed out is back") {
  Fixture all;
  CHECK(all.slab.is_unused());
  static_cast<void>(all.slab.take(2));
  CHECK_FALSE(all.slab.is_unused());
  all.slab.put(all.at(0));
  CHECK_FALSE(all.slab.is_unused());
  all.slab.put(all.at(1));
  CHECK(all.slab.is_unused());
}

TEST_CASE("slots that others post to an attached slab come to its owner") {
  Fixture all;
  CHECK(all.use_up() == Fixture::slots);
  all.at(3)->next = all.at(9);
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(3), all.at(9), 2}));
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(5), all.at(5), 1}));
  CHECK(all.slab.word.count() == 3);
  CHECK(all.slab.check());
  const Returned got = all.slab.take(1);
  CHECK(got.count == 3);
  CHECK(length(got.first) == 3);
  CHECK(got.first == all.at(5));
  CHECK(all.slab.word.count() == 0);
}

TEST_CASE("detaching fails while slots that came back are waiting") {
  Fixture all;
  all.use_up();
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(0), all.at(0), 1}));
  CHECK_FALSE(all.slab.detach());
  CHECK(all.slab.owner == 7);
  CHECK(all.slab.take(1).count == 1);
  CHECK(all.slab.detach());
  CHECK(all.slab.owner == 0);
}

TEST_CASE("only the first post to a detached slab must list it") {
  Fixture all;
  all.use_up();
  REQUIRE(all.slab.detach());
  CHECK(all.slab.word.post(all.memory, {all.at(0), all.at(0), 1}));
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(1), all.at(1), 1}));
  all.slab.adopt(9);
  CHECK(all.slab.owner == 9);
  CHECK(all.slab.free_count == 2);
  CHECK(all.slab.check());
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(2), all.at(2), 1}));
}

TEST_CASE("a detached slab is taken back unless someone listed it") {
  Fixture all;
  all.use_up();
  CHECK_FALSE(all.slab.reattach(7));
  REQUIRE(all.slab.detach());
  CHECK(all.slab.reattach(7));
  CHECK(all.slab.owner == 7);
  REQUIRE(all.slab.detach());
  REQUIRE(all.slab.word.post(all.memory, {all.at(0), all.at(0), 1}));
  CHECK_FALSE(all.slab.reattach(7));
}

TEST_CASE("a slab that is parked keeps its slots and those that came back") {
  Fixture all;
  all.use_up();
  all.slab.put(all.at(1));
  all.slab.put(all.at(2));
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(3), all.at(3), 1}));
  CHECK(all.slab.park());
  CHECK(all.slab.owner == 0);
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(4), all.at(4), 1}));
  all.slab.adopt(8);
  CHECK(all.slab.free_count == 4);
  CHECK(all.slab.check());
}

TEST_CASE("a slab parked without a free slot waits like a detached one") {
  Fixture all;
  all.use_up();
  CHECK_FALSE(all.slab.park());
  CHECK(all.slab.word.is_detached());
  CHECK(all.slab.word.post(all.memory, {all.at(0), all.at(0), 1}));
}

TEST_CASE("what came back joins what the owner has") {
  Fixture all;
  all.use_up();
  all.slab.put(all.at(1));
  all.at(3)->next = all.at(4);
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(3), all.at(4), 2}));
  all.slab.take_returned();
  CHECK(all.slab.free_count == 3);
  CHECK(all.slab.check());
}

TEST_CASE("a list gives all slabs to one taker, the last listed first") {
  Slab slabs[3];
  SlabList list;
  CHECK(list.take_all() == nullptr);
  for (Slab& slab : slabs)
    list.put(&slab);
  const Slab* taken = list.take_all();
  CHECK(list.take_all() == nullptr);
  for (int i = 3; i-- != 0; taken = taken->next_listed)
    REQUIRE(taken == &slabs[i]);
  CHECK(taken == nullptr);
}

TEST_CASE("a slab starts whole, whatever stood there before") {
  Fixture all;
  std::memset(static_cast<void*>(&all.slab), 0xA5, sizeof all.slab);
  all.slab.start(all.memory, Fixture::size, Fixture::slot_size, 4, 7);
  CHECK(all.slab.link == nullptr);
  CHECK(all.slab.older == nullptr);
  CHECK(all.slab.next_listed == nullptr);
  CHECK(all.slab.memory == all.memory);
  CHECK(all.slab.slot_size == Fixture::slot_size);
  CHECK(all.slab.capacity == Fixture::slots);
  CHECK(all.slab.size_class == 4);
  CHECK(all.slab.owner == 7);
  CHECK(all.slab.word.count() == 0);
  CHECK_FALSE(all.slab.word.is_detached());
  CHECK(all.slab.is_unused());
  CHECK(all.slab.check());
  CHECK(all.use_up() == Fixture::slots);
}

TEST_CASE("a slot that was never handed out bears no key") {
  Fixture all;
  std::memset(all.memory, 0x5A, sizeof all.memory);
  const Returned got = all.slab.take(3);
  for (const FreeSlot* slot = got.first; slot != nullptr; slot = slot->next)
    CHECK(slot->key == 0);
  FreeSlot* const one = all.slab.take_one();
  CHECK(one->key == 0);
  CHECK(one->next == nullptr);
}

TEST_CASE(
    "one slot at a time: what is back first, then fresh ones, then none") {
  Fixture all;
  CHECK(all.slab.take_one() == all.at(0));
  CHECK(all.slab.take_one() == all.at(1));
  all.slab.put(all.at(0));
  CHECK(all.slab.take_one() == all.at(0));
  CHECK(all.slab.free_count == 0);
  for (unsigned i = 2; i < Fixture::slots; ++i) {
    CHECK_FALSE(all.slab.is_full());
    CHECK(all.slab.take_one() == all.at(i));
  }
  CHECK(all.slab.is_full());
  CHECK(all.slab.take_one() == nullptr);
  all.slab.put(all.at(9));
  CHECK_FALSE(all.slab.is_full());
  CHECK(all.slab.take_one() == all.at(9));
}

TEST_CASE("a slot is where one begins that was handed out before") {
  Fixture all;
  static_cast<void>(all.slab.take(2));
  CHECK(all.slab.has_slot_at(all.at(0)));
  CHECK(all.slab.has_slot_at(all.at(1)));
  CHECK_FALSE(all.slab.has_slot_at(all.at(2)));
  CHECK_FALSE(all.slab.has_slot_at(all.memory + Fixture::slot_size / 2));
}

TEST_CASE("a check tells what does not add up") {
  Fixture all;
  static_cast<void>(all.slab.take(8));
  all.slab.put(all.at(1));
  all.slab.put(all.at(2));
  REQUIRE(all.slab.check());
  SUBCASE("fewer free slots than are counted") {
    all.slab.free_count = 3;
  }
  SUBCASE("more than are counted") {
    all.slab.free_count = 1;
  }
  SUBCASE("a list that bites its tail") {
    all.at(1)->next = all.at(2);
  }
  SUBCASE("a slot that was never handed out") {
    all.at(1)->next = all.at(8);
    all.at(8)->next = nullptr;
    all.slab.free_count = 3;
  }
  SUBCASE("what is no slot") {
    all.at(1)->next = reinterpret_cast<FreeSlot*>(all.memory + 16);
    all.at(1)->next->next = nullptr;
    all.slab.free_count = 3;
  }
  SUBCASE("what lies before the slab") {
    all.slab.memory += Fixture::slot_size;
    all.at(2)->next = all.at(0);
    all.at(0)->next = nullptr;
  }
  SUBCASE("more that were handed out than there are") {
    all.slab.fresh = Fixture::slots + 1;
  }
  SUBCASE("more that came back than were handed out") {
    all.at(3)->next = nullptr;
    CHECK_FALSE(all.slab.word.post(all.memory, {all.at(3), all.at(3), 7}));
  }
  CHECK_FALSE(all.slab.check());
}

TEST_CASE("as many may be free and come back as were handed out") {
  Fixture all;
  static_cast<void>(all.slab.take(2));
  all.slab.put(all.at(1));
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(0), all.at(0), 1}));
  CHECK(all.slab.check());
}

TEST_CASE(
    "a slab that is taken back or adopted has nothing but what came back") {
  Fixture all;
  all.use_up();
  REQUIRE(all.slab.detach());
  REQUIRE(all.slab.reattach(3));
  CHECK(all.slab.free == nullptr);
  CHECK(all.slab.free_count == 0);
  CHECK(all.slab.owner == 3);
  CHECK(all.slab.check());
  all.slab.put(all.at(5));
  all.slab.put(all.at(6));
  all.slab.put(all.at(7));
  CHECK(all.slab.park());
  CHECK(all.slab.word.count() == 3);
  CHECK(all.slab.free == nullptr);
  CHECK(all.slab.free_count == 0);
  all.slab.adopt(4);
  CHECK(length(all.slab.free) == 3);
  CHECK(all.slab.owner == 4);
}

TEST_CASE("taking what came back when nothing did changes nothing") {
  Fixture all;
  all.use_up();
  all.slab.put(all.at(1));
  all.slab.take_returned();
  CHECK(all.slab.free == all.at(1));
  CHECK(all.slab.free_count == 1);
}

TEST_CASE("the owner has its own slots before those that came back") {
  Fixture all;
  all.use_up();
  all.slab.put(all.at(1));
  CHECK_FALSE(all.slab.word.post(all.memory, {all.at(2), all.at(2), 1}));
  CHECK(all.slab.take(1).first == all.at(1));
  CHECK(all.slab.word.count() == 1);
  CHECK(all.slab.take(1).first == all.at(2));
}
