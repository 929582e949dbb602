// SlotPool: each sentence of the header.
// BOARD
#include "tarn/slot_pool.hpp"

#include "support/fixed_pools.hpp"

#include <array>
#include <cstring>
#include <doctest/doctest.h>
#include <vector>

using tarn::slot_pool_bytes;
using tarn::SlotPool;
using tarn::test::all_of;
using tarn::test::CountingLock;
using tarn::test::is_aligned;

namespace {

constinit SlotPool<48, 10> at_start;

}  // namespace

TEST_CASE("a pool of n slots gives n, each apart from the others") {
  SlotPool<24, 100> pool;
  const std::vector<void*> slots = all_of(pool);
  REQUIRE(slots.size() == 100);
  for (std::size_t i = 0; i < slots.size(); ++i)
    std::memset(slots[i], static_cast<int>(i), 24);
  for (std::size_t i = 0; i < slots.size(); ++i)
    for (std::size_t byte = 0; byte < 24; ++byte)
      REQUIRE(static_cast<unsigned char*>(slots[i])[byte] == i);
  CHECK(pool.check());
}

TEST_CASE("a pool is static and needs no start") {
  CHECK(at_start.largest_free() == 48);
  void* const slot = at_start.allocate();
  CHECK(at_start.owns(slot));
  at_start.deallocate(slot);
  CHECK(at_start.check());
}

TEST_CASE("running out is a null pointer and changes nothing but its count") {
  SlotPool<16, 3> pool;
  const std::vector<void*> slots = all_of(pool);
  CHECK(pool.largest_free() == 0);
  CHECK(pool.allocate() == nullptr);
  CHECK(pool.stats().refusals == 2);
  CHECK(pool.stats().in_use == 3);
  pool.deallocate(slots[1]);
  CHECK(pool.largest_free() == 16);
  CHECK(pool.allocate() == slots[1]);
}

TEST_CASE("the slot freed last is the next") {
  SlotPool<16, 8> pool;
  const std::vector<void*> slots = all_of(pool);
  pool.deallocate(slots[5]);
  pool.deallocate(slots[2]);
  CHECK(pool.allocate() == slots[2]);
  CHECK(pool.allocate() == slots[5]);
}

TEST_CASE("a null pointer is none") {
  SlotPool<16, 2> pool;
  pool.deallocate(nullptr);
  CHECK(pool.check());
}

TEST_CASE("slots are aligned to what divides their size, up to 16") {
  SlotPool<8, 4> eight;
  SlotPool<48, 4> sixteen;
  SlotPool<6, 4> four;
  SlotPool<20, 4, tarn::NoLock, 64> asked;
  for (int i = 0; i < 4; ++i) {
    CHECK(is_aligned(eight.allocate(), 8));
    CHECK(is_aligned(sixteen.allocate(), 16));
    CHECK(is_aligned(four.allocate(), 4));
    CHECK(is_aligned(asked.allocate(), 64));
  }
}

TEST_CASE("statistics: slots in use, the most that were, refusals") {
  SlotPool<40, 70> pool;
  std::vector<void*> slots = all_of(pool);
  for (int i = 0; i < 30; ++i) {
    pool.deallocate(slots.back());
    slots.pop_back();
  }
  const tarn::SlotPoolStats stats = pool.stats();
  CHECK(stats.slot == 40);
  CHECK(stats.slots == 70);
  CHECK(stats.in_use == 40);
  CHECK(stats.peak == 70);
  CHECK(stats.refusals == 1);
}

TEST_CASE("owns knows the slots, size_of those in use") {
  SlotPool<32, 4> pool;
  void* const slot = pool.allocate();
  char* const bytes = static_cast<char*>(slot);
  CHECK(pool.owns(slot));
  CHECK(pool.owns(bytes + 31));
  CHECK_FALSE(pool.owns(&pool + 1));
  CHECK_FALSE(pool.owns(nullptr));
  CHECK(pool.size_of(slot) == 32);
  CHECK(pool.size_of(bytes + 4) == 0);
  CHECK(pool.size_of(nullptr) == 0);
  pool.deallocate(slot);
  CHECK(pool.size_of(slot) == 0);
}

TEST_CASE("a pool over a buffer has as many slots as fit, for any size") {
  alignas(16) static std::byte buffer[4096];
  for (std::size_t bytes = 0; bytes <= sizeof buffer; bytes += 61)
    for (const std::size_t size : {1u, 4u, 12u, 20u, 32u, 100u, 1000u}) {
      SlotPool<> pool{std::span{buffer}.first(bytes), size};
      const std::size_t slots = pool.stats().slots;
      CHECK((slots == 0 || slot_pool_bytes(size, slots) <= bytes));
      CHECK(slot_pool_bytes(size, slots + 1) > bytes);
      CHECK(all_of(pool).size() == slots);
      CHECK(pool.check());
    }
}

TEST_CASE("slot_pool_bytes is enough and no byte too many") {
  alignas(64) static std::byte buffer[4096];
  for (const std::size_t align : {1u, 2u, 4u, 8u, 16u, 64u})
    for (std::size_t slots = 1; slots < 40; slots += 3) {
      const std::size_t bytes = slot_pool_bytes(18, slots, align);
      REQUIRE(bytes <= sizeof buffer);
      const std::span<std::byte> room{buffer};
      CHECK(SlotPool<>{room.first(bytes), 18, align}.stats().slots == slots);
      CHECK(SlotPool<>{room.first(bytes - 1), 18, align}.stats().slots < slots);
    }
}

TEST_CASE("slot_pool_bytes that overflow are no limit") {
  constexpr std::size_t half = tarn::no_limit / 2 + 1;
  CHECK(slot_pool_bytes(half, 4) == tarn::no_limit);
  CHECK(slot_pool_bytes(tarn::no_limit, 1) == tarn::no_limit);
  CHECK(slot_pool_bytes(tarn::no_limit - 3, 1) == tarn::no_limit);
  CHECK(slot_pool_bytes(4, tarn::no_limit) == tarn::no_limit);
  CHECK(slot_pool_bytes(8, 0) == 4);
}

TEST_CASE("a buffer at an odd address serves aligned slots") {
  alignas(64) static std::byte buffer[512];
  for (std::size_t shift = 0; shift < 64; ++shift) {
    SlotPool<> pool{std::span{buffer}.subspan(shift), 24, 32};
    const std::vector<void*> slots = all_of(pool);
    CHECK(slots.size() >= 13);
    for (void* const slot : slots) {
      CHECK(is_aligned(slot, 32));
      CHECK(slot >= buffer + shift);
      pool.deallocate(slot);
    }
    CHECK(pool.check());
  }
}

TEST_CASE("a buffer too small, none, or a size that cannot be: no slot") {
  alignas(16) static std::byte buffer[64];
  const std::span<std::byte> room{buffer};
  const std::size_t huge = tarn::no_limit;
  for (SlotPool<>* const pool :
       {new SlotPool<>{room, 65}, new SlotPool<>{room, 61},
        new SlotPool<>{room.first(7), 4}, new SlotPool<>{{}, 4},
        new SlotPool<>{room, huge}, new SlotPool<>{room, huge - 15, 1},
        new SlotPool<>{room, 8, huge / 2 + 1}}) {
    CHECK(pool->stats().slots == 0);
    CHECK(pool->allocate() == nullptr);
    CHECK(pool->largest_free() == 0);
    CHECK_FALSE(pool->owns(buffer));
    pool->deallocate(nullptr);
    CHECK(pool->check());
    CHECK(pool->check_step(3));
    delete pool;
  }
}

TEST_CASE("size 0 gives a slot of its own") {
  alignas(16) static std::byte buffer[64];
  SlotPool<> pool{buffer, 0};
  void* const a = pool.allocate();
  void* const b = pool.allocate();
  CHECK(a != nullptr);
  CHECK(a != b);
}

TEST_CASE("each call holds the lock") {
  SlotPool<16, 2, CountingLock> pool;
  void* const slot = pool.allocate();
  pool.deallocate(slot);
  CHECK(CountingLock::locked == 2);
  CHECK(pool.size_of(slot) == 0);
  CHECK(pool.check());
  CHECK(pool.check_step(1));
  CHECK(pool.largest_free() == 16);
  CHECK(pool.stats().in_use == 0);
  CHECK(CountingLock::held == 0);
  CHECK(CountingLock::locked == 7);
}

TEST_CASE("every distance that is no slot's start is told from one that is") {
  for (std::size_t stride = 4; stride <= 400; stride += 4) {
    const tarn::detail::Stride divides{stride};
    for (std::size_t distance = 0; distance <= 20 * stride; ++distance) {
      const std::size_t number = divides.divide(distance);
      if (distance % stride == 0)
        CHECK(number == distance / stride);
      else
        CHECK(number > tarn::no_limit / stride);
      CHECK(divides.divide(0 - distance - 1) >=
            (tarn::no_limit - distance) / stride);
    }
  }
}

TEST_CASE("check_step finds a write into a free slot within one sweep") {
  SlotPool<16, 40> pool;
  std::vector<void*> slots = all_of(pool);
  for (std::size_t i = 0; i < slots.size(); i += 2)
    pool.deallocate(slots[i]);
  for (int i = 0; i < 20; ++i)
    REQUIRE(pool.check_step(7));
  std::memset(slots[10], 0x5a, 16);
  CHECK_FALSE(pool.check());
  bool is_found = false;
  for (int i = 0; i < 40; ++i)
    is_found = is_found || !pool.check_step(1);
  CHECK(is_found);
}

TEST_CASE("check_step finds the number of a slot in use in a free one") {
  SlotPool<16, 4> pool;
  const std::vector<void*> slots = all_of(pool);
  pool.deallocate(slots[3]);
  const std::uint32_t used = 1;
  std::memcpy(slots[3], &used, sizeof used);
  CHECK_FALSE(pool.check_step(4));
}
