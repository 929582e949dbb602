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
