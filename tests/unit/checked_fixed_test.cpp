// Checked fixed pools: each sentence of the contract, for each fit.
// BOARD
#include "tarn/checked_fixed.hpp"

#include "support/each_fit.hpp"
#include "support/fixed_pools.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <random>
#include <type_traits>
#include <vector>

using namespace tarn::test;

namespace {

constexpr tarn::CheckedOptions full{.checks = tarn::CheckMode::full};
constexpr tarn::CheckedOptions off{.checks = tarn::CheckMode::off};

template <class Fit>
using Heap = tarn::Checked<tarn::FixedHeap<Fit>>;
template <class Fit>
using WithCanaries = tarn::Checked<
    tarn::FixedHeap<Fit, tarn::at_run_time, tarn::NoLock, tarn::Canaries>>;
using Slots = tarn::Checked<tarn::SlotPool<40, 9>>;

// For requests of 24 to 200 bytes, 1500 at one time.
template <class Fit>
inline constexpr std::size_t enough = Heap<Fit>::required_bytes(1500, 200, 24);

constexpr int whole_round = 100;

// Whether both looks see a byte that was written, and neither after it is as it
// was. A written head below is not looked for.
template <class Pool>
void check_is_seen(Pool& pool, unsigned char* at) {
  REQUIRE(pool.check());
  *at ^= 0x11;
  CHECK_FALSE(pool.check());
  bool is_found = false;
  for (int i = 0; i < whole_round; ++i)
    is_found = is_found || !pool.check_step(1);
  CHECK(is_found);
  *at ^= 0x11;
  REQUIRE(pool.check());
}

template <class Pool>
void check_around(Pool& pool, void* p, std::size_t size) {
  auto* const block = static_cast<unsigned char*>(p);
  REQUIRE(block != nullptr);
  CHECK(pool.size_of(block) == size);
  check_is_seen(pool, block + size);
  check_is_seen(pool, block + size + 3);
  check_is_seen(pool, block - 1);
  check_is_seen(pool, block - 4);
  // In the head.
  check_is_seen(pool, block - tarn::detail::checked_front);
}

}  // namespace

FOR_EACH_FIT("bytes written before or behind a block are found") {
  Heap<Fit> heap{full, room(16 * tarn::KiB)};
  for (std::size_t size = 0; size < 120; size += 13)
    check_around(heap, heap.allocate(size), size);
  CHECK(heap.is_checked());
}

FOR_EACH_FIT("canaries change nothing of it") {
  WithCanaries<Fit> heap{full, room(16 * tarn::KiB)};
  for (std::size_t size = 0; size < 120; size += 29)
    check_around(heap, heap.allocate(size), size);
}

FOR_EACH_FIT("bytes written after a free are found, while others come and go") {
  Heap<Fit> heap{full, room(16 * tarn::KiB)};
  auto* const block = static_cast<unsigned char*>(heap.allocate(50));
  std::memset(block, 1, 50);
  heap.deallocate(block);
  CHECK(heap.size_of(block) == 0);
  for (int i = 0; i < 5; ++i)
    heap.deallocate(heap.allocate(50));
  for (const int at : {0, 12, 49})
    check_is_seen(heap, block + at);
}

FOR_EACH_FIT("new blocks are filled, and blocks that went back") {
  Heap<Fit> heap{full, room(16 * tarn::KiB)};
  auto* const block = static_cast<unsigned char*>(heap.allocate(33));
  CHECK(block[0] == 0xa5);
  CHECK(block[32] == 0xa5);
  heap.deallocate(block);
  CHECK(block[0] == 0xdb);
  CHECK(block[32] == 0xdb);
}

FOR_EACH_FIT("aligned blocks are looked at as well") {
  Heap<Fit> heap{full, room(64 * tarn::KiB)};
  for (std::size_t align = 1; align <= 1024; align *= 4) {
    void* const block = heap.allocate(50, align);
    CHECK(is_aligned(block, align));
    check_around(heap, block, 50);
    heap.deallocate(block);
  }
}

FOR_EACH_FIT("blocks grow, and what is around them with them") {
  Heap<Fit> heap{full, room(16 * tarn::KiB)};
  auto* block = static_cast<unsigned char*>(heap.allocate(37));
  std::memset(block, 7, 37);
  CHECK(heap.try_expand(block, 38));
  CHECK(heap.try_expand(block, 20));
  check_around(heap, block, 38);
  void* const wall = heap.allocate(1);
  block = static_cast<unsigned char*>(heap.reallocate(block, 1001));
  REQUIRE(block != nullptr);
  CHECK(block[36] == 7);
  CHECK_FALSE(heap.try_expand(block, tarn::no_limit));
  CHECK_FALSE(heap.try_expand(block, tarn::no_limit - 70));
  check_around(heap, block, 1001);
  heap.deallocate(wall);
  heap.deallocate(block);
  heap.deallocate(nullptr);
  CHECK(heap.stats().used == 0);
}

FOR_EACH_FIT("what waits goes back before anything is refused") {
  Heap<Fit> heap{{.checks = tarn::CheckMode::full, .waiting = tarn::no_limit},
                 room(8 * tarn::KiB)};
  const std::size_t largest = heap.largest_free();
  CHECK(heap.allocate(largest + 1) == nullptr);
  CHECK(heap.allocate(tarn::no_limit) == nullptr);
  CHECK(heap.stats().refusals == 2);
  for (int i = 0; i < 200; ++i) {
    void* const block = heap.allocate(100);
    REQUIRE(block != nullptr);
    heap.deallocate(block);
  }
  void* const block = heap.allocate(largest);
  REQUIRE(block != nullptr);
  CHECK(heap.check());
  CHECK(heap.stats().refusals == 2);
  heap.deallocate(block);
  CHECK(heap.largest_free() == largest);
}

FOR_EACH_FIT("required_bytes count what is around blocks and what waits") {
  Heap<Fit> heap{full, room(enough<Fit>)};
  std::mt19937 random{11};
  std::vector<void*> blocks;
  std::size_t live = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::size_t size = i < 62 ? 24 : 24 + random() % 177;
    while (live + size > 1500) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      live -= heap.size_of(blocks.back());
      heap.deallocate(blocks.back());
      blocks.pop_back();
    }
    void* const block = heap.allocate(size);
    REQUIRE(block != nullptr);
    blocks.push_back(block);
    live += size;
  }
  CHECK(heap.check());
  heap.look_at_all();
  CHECK(heap.stats().refusals == 0);
  CHECK(heap.stats().headroom >= 0);
}

FOR_EACH_FIT("in mode off it is the heap itself") {
  Heap<Fit> heap{off, room(4 * tarn::KiB)};
  tarn::FixedHeap<Fit> plain{std::span{other_buffer}.first(4 * tarn::KiB)};
  auto* const block = static_cast<std::byte*>(heap.allocate(40));
  CHECK_FALSE(heap.is_checked());
  CHECK(heap.size_of(block) == plain.size_of(plain.allocate(40)));
  CHECK(heap.largest_free() == plain.largest_free());
  CHECK(heap.stats().used == plain.stats().used);
  block[39] = std::byte{7};
  heap.deallocate(block);
  CHECK(heap.check());
  CHECK(heap.allocate(40) == block);
}

TEST_CASE("further buffers are looked at as well") {
  Heap<tarn::half_fit> heap{full};
  REQUIRE(heap.add_buffer(room(1 * tarn::KiB)));
  REQUIRE(heap.add_buffer(other_buffer));
  check_around(heap, heap.allocate(100), 100);
  check_around(heap, heap.allocate(2000), 2000);
}

TEST_CASE("a static pool is all zero, and decides at its first call") {
  static constinit tarn::Checked<
      tarn::FixedHeap<tarn::two_level, 4 * tarn::KiB>>
      heap;
  static constinit Slots slots;
  // Where a sanitizer may have been told of its blocks, it hears of their end.
  static_assert(std::is_trivially_destructible_v<Slots> ==
                !tarn::detail::has_thread_locals);
  CHECK_FALSE(heap.is_checked());
  void* const block = heap.allocate(10);
  void* const slot = slots.allocate();
  CHECK(heap.is_checked() == slots.is_checked());
  heap.deallocate(block);
  slots.deallocate(slot);
  CHECK(heap.check());
  CHECK(slots.check());
}

TEST_CASE("slots are looked at, and all of them are to be had") {
  Slots pool{full};
  for (int round = 0; round < 3; ++round) {
    std::vector<void*> slots;
    for (int i = 0; i < 9; ++i) {
      CHECK(pool.largest_free() == 40);
      slots.push_back(pool.allocate());
      check_around(pool, slots.back(), 40);
    }
    CHECK(pool.allocate() == nullptr);
    CHECK(pool.largest_free() == 0);
    CHECK(pool.stats().in_use == 9);
    for (void* const slot : slots)
      pool.deallocate(slot);
    CHECK(pool.stats().in_use == 0);
    check_is_seen(pool, static_cast<unsigned char*>(slots.back()) + 39);
  }
  CHECK(pool.stats().refusals == 3);
  pool.look_at_all();
}

TEST_CASE("slots over a buffer have the room that was reckoned") {
  for (const unsigned align : {4u, 16u, 64u, 256u}) {
    constexpr std::size_t size = 24;
    const std::size_t bytes = tarn::checked_slot_pool_bytes(size, 5, align);
    REQUIRE(bytes <= sizeof buffer);
    tarn::Checked<tarn::SlotPool<>> pool{full, room(bytes), size, align};
    CHECK(pool.stats().slots == 5);
    for (int i = 0; i < 5; ++i) {
      void* const slot = pool.allocate();
      CHECK(is_aligned(slot, align));
      check_around(pool, slot, size);
    }
    CHECK(pool.allocate() == nullptr);
  }
  CHECK(tarn::checked_slot_pool_bytes(tarn::no_limit - 9, 5) == tarn::no_limit);
}

TEST_CASE("slots in mode off have no redzones") {
  Slots pool{off};
  auto* const slot = static_cast<std::byte*>(pool.allocate());
  slot[40] = std::byte{1};
  CHECK(pool.check());
  pool.deallocate(slot);
  CHECK(pool.allocate() == slot);
}
