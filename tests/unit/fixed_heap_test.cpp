// FixedHeap: each sentence of the header, for each fit.
// BOARD
#include "tarn/fixed_heap.hpp"

#include "support/each_fit.hpp"
#include "support/fixed_pools.hpp"

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>
#include <random>
#include <vector>

using tarn::FixedHeap;
using tarn::half_fit;
using tarn::KiB;
using tarn::two_level;
using namespace tarn::test;

namespace {

constinit FixedHeap<half_fit, 2 * KiB> half_at_start;
constinit FixedHeap<two_level, 2 * KiB> two_at_start;
template <class Fit>
constinit FixedHeap<Fit, 2 * KiB> at_start;

}  // namespace

FOR_EACH_FIT("a fresh buffer of any size grants what largest_free says") {
  for (const std::size_t size : {200u, 1000u, 20480u, 98304u, 163840u}) {
    FixedHeap<Fit> heap{room(size)};
    const std::size_t largest = heap.largest_free();
    REQUIRE(largest > 0);
    CHECK(heap.allocate(largest + 1) == nullptr);
    void* const block = heap.allocate(largest);
    REQUIRE(block != nullptr);
    std::memset(block, 0x5a, largest);
    heap.deallocate(block);
    CHECK(heap.check());
    CHECK(heap.largest_free() == largest);
  }
}

FOR_EACH_FIT("largest_free is what allocate would grant, in any state") {
  FixedHeap<Fit> heap{room(8 * KiB)};
  std::vector<void*> blocks = all_of(heap, 100);
  std::shuffle(blocks.begin(), blocks.end(), std::mt19937{3});
  for (void* const freed : blocks) {
    heap.deallocate(freed);
    const std::size_t largest = heap.largest_free();
    CHECK(heap.allocate(largest + 1) == nullptr);
    void* const block = heap.allocate(largest);
    REQUIRE(block != nullptr);
    heap.deallocate(block);
  }
}

FOR_EACH_FIT("blocks keep apart, are aligned to 16 and have their size") {
  FixedHeap<Fit> heap{room(20 * KiB)};
  std::vector<unsigned char*> blocks;
  for (std::size_t size = 0; size < 150; ++size) {
    void* const block = heap.allocate(size);
    REQUIRE(block != nullptr);
    CHECK(is_aligned(block, 16));
    CHECK(heap.owns(block));
    CHECK(heap.size_of(block) >= size);
    std::memset(block, static_cast<int>(size), heap.size_of(block));
    blocks.push_back(static_cast<unsigned char*>(block));
  }
  for (std::size_t size = 0; size < blocks.size(); ++size)
    for (std::size_t i = 0; i < size; ++i)
      REQUIRE(blocks[size][i] == size);
  CHECK(heap.check());
}

FOR_EACH_FIT("size 0 is a block of its own, a null pointer is none") {
  FixedHeap<Fit> heap{room(1 * KiB)};
  void* const a = heap.allocate(0);
  void* const b = heap.allocate(0);
  CHECK(a != nullptr);
  CHECK(a != b);
  heap.deallocate(a);
  heap.deallocate(b);
  heap.deallocate(nullptr);
  CHECK(heap.check());
}

FOR_EACH_FIT("all that was freed is one free place again, in any order") {
  FixedHeap<Fit> heap{room(16 * KiB)};
  const std::size_t whole = heap.largest_free();
  std::mt19937 random{7};
  for (int round = 0; round < 10; ++round) {
    std::vector<void*> blocks = all_of(heap, 40);
    std::shuffle(blocks.begin(), blocks.end(), random);
    for (void* const block : blocks)
      heap.deallocate(block);
    CHECK(heap.largest_free() == whole);
    CHECK(heap.stats().used == 0);
    CHECK(heap.check());
  }
}

FOR_EACH_FIT("a block that was freed can be had again at its size") {
  FixedHeap<Fit> heap{room(20 * KiB)};
  unsigned random = 1;
  std::vector<std::pair<void*, std::size_t>> blocks;
  for (int i = 0; i < 20000; ++i) {
    random = random * 1664525u + 1013904223u;
    const std::size_t size = (random >> 8) % 900;
    void* const block = heap.allocate(size);
    if (block != nullptr) {
      blocks.emplace_back(block, size);
      continue;
    }
    auto& one = blocks[(random >> 12) % blocks.size()];
    heap.deallocate(one.first);
    one.first = heap.allocate(one.second);
    REQUIRE(one.first != nullptr);
    heap.deallocate(blocks.back().first);
    blocks.pop_back();
  }
}

FOR_EACH_FIT("a fresh buffer gives as many blocks as have room") {
  FixedHeap<Fit> heap{room(16 * KiB)};
  const std::vector<void*> blocks = all_of(heap, 120);
  CHECK(blocks.size() >= 16 * KiB / 128 - 8);
}

FOR_EACH_FIT("running out changes nothing but its count") {
  FixedHeap<Fit> heap{room(2 * KiB)};
  const std::vector<void*> blocks = all_of(heap, 56);
  const tarn::FixedHeapStats before = heap.stats();
  CHECK(heap.allocate(56) == nullptr);
  CHECK(heap.allocate(tarn::no_limit) == nullptr);
  CHECK(heap.allocate(tarn::no_limit - 7, 64) == nullptr);
  CHECK(heap.allocate(1, std::size_t{1} << 30) == nullptr);
  const tarn::FixedHeapStats after = heap.stats();
  CHECK(after.used == before.used);
  CHECK(after.largest_free == before.largest_free);
  CHECK(after.refusals == before.refusals + 4);
  CHECK(heap.check());
  CHECK(blocks.size() > 20);
}

FOR_EACH_FIT("statistics tell no bytes from pieces") {
  FixedHeap<Fit> heap{room(4 * KiB)};
  const std::vector<void*> blocks = all_of(heap, 56);
  CHECK(heap.stats().fragmented == 0);
  for (std::size_t i = 0; i < blocks.size(); i += 2)
    heap.deallocate(blocks[i]);
  CHECK(heap.allocate(500) == nullptr);
  const tarn::FixedHeapStats stats = heap.stats();
  CHECK(stats.fragmented == 1);
  CHECK(stats.largest_request == 56);
  CHECK(stats.peak > stats.used);
  CHECK(stats.size <= 4 * KiB);
  CHECK(stats.headroom < 200);
}

FOR_EACH_FIT("alignments of up to a page are granted where there is room") {
  FixedHeap<Fit> heap{room(64 * KiB)};
  for (int round = 0; round < 3; ++round) {
    std::vector<void*> blocks;
    for (std::size_t align = 1; align <= 4096; align *= 2) {
      void* const block = heap.allocate(24, align);
      REQUIRE(block != nullptr);
      CHECK(is_aligned(block, align));
      CHECK(is_aligned(block, 16));
      std::memset(block, 1, 24);
      blocks.push_back(block);
      CHECK(heap.check());
    }
    for (void* const block : blocks)
      heap.deallocate(block);
    CHECK(heap.stats().used == 0);
    CHECK(heap.check());
  }
}

FOR_EACH_FIT("a block grows where it lies while the place behind is free") {
  // 256 granules and a book for them: one place, where there are halves.
  FixedHeap<Fit> heap{room(17 * 256)};
  void* const a = heap.allocate(24);
  CHECK(heap.try_expand(a, heap.size_of(a)));
  CHECK(heap.try_expand(a, 500));
  CHECK(heap.size_of(a) >= 500);
  void* const b = heap.allocate(24);
  CHECK_FALSE(heap.try_expand(a, 1500));
  CHECK_FALSE(heap.try_expand(a, tarn::no_limit));
  CHECK(heap.size_of(a) >= 500);
  heap.deallocate(b);
  CHECK(heap.check());
  heap.deallocate(a);
  CHECK(heap.stats().used == 0);
}

FOR_EACH_FIT("reallocate keeps the bytes, here or elsewhere") {
  FixedHeap<Fit> heap{room(4 * KiB)};
  auto* a = static_cast<unsigned char*>(heap.reallocate(nullptr, 40));
  std::memset(a, 7, 40);
  void* const wall = heap.allocate(8);
  auto* const moved = static_cast<unsigned char*>(heap.reallocate(a, 400));
  REQUIRE(moved != nullptr);
  CHECK(moved != a);
  for (int i = 0; i < 40; ++i)
    CHECK(moved[i] == 7);
  CHECK(heap.reallocate(moved, 100 * KiB) == nullptr);
  CHECK(moved[39] == 7);
  heap.deallocate(wall, 8);
  heap.deallocate(moved);
  CHECK(heap.stats().used == 0);
}

FOR_EACH_FIT("owns and size_of know blocks from others") {
  FixedHeap<Fit> heap{room(1 * KiB)};
  auto* const block = static_cast<std::byte*>(heap.allocate(40));
  CHECK(heap.owns(block));
  CHECK_FALSE(heap.owns(&heap));
  CHECK_FALSE(heap.owns(nullptr));
  CHECK_FALSE(heap.owns(buffer + 1 * KiB));
  CHECK(heap.size_of(block + 16) == 0);
  CHECK(heap.size_of(&heap) == 0);
  heap.deallocate(block);
  CHECK(heap.size_of(block) == 0);
}

FOR_EACH_FIT("a buffer too small, or none: no block, and nothing else") {
  for (std::size_t size = 0; size < 60; ++size) {
    FixedHeap<Fit> heap{std::span{buffer}.subspan(5, size)};
    const std::size_t largest = heap.largest_free();
    if (largest == 0)
      CHECK(heap.allocate(0) == nullptr);
    CHECK(heap.check());
    CHECK(heap.check_step(3));
  }
  FixedHeap<Fit> none{std::span<std::byte>{}};
  CHECK(none.allocate(1) == nullptr);
  CHECK(none.allocate(1, tarn::no_limit / 2 + 1) == nullptr);
  CHECK_FALSE(none.owns(buffer));
  CHECK(none.stats().refusals == 2);
  none.deallocate(nullptr);
  CHECK_FALSE(none.add_buffer({}));
}

FOR_EACH_FIT("a buffer at an odd address serves aligned blocks inside it") {
  for (std::size_t shift = 0; shift < 32; ++shift)
    for (std::size_t size = 300; size < 332; ++size) {
      const auto bytes = std::span{buffer}.subspan(shift, size);
      FixedHeap<Fit> heap{bytes};
      for (void* const block : all_of(heap, 24)) {
        CHECK(is_aligned(block, 16));
        CHECK(block >= bytes.data());
        CHECK(static_cast<std::byte*>(block) + 24 <= bytes.data() + size);
        heap.deallocate(block);
      }
      CHECK(heap.check());
    }
}

FOR_EACH_FIT("several buffers serve one heap") {
  FixedHeap<Fit> heap{room(1 * KiB)};
  CHECK(heap.add_buffer(other_buffer));
  CHECK_FALSE(heap.add_buffer(std::span{buffer}.subspan(1 * KiB, 40)));
  CHECK(heap.largest_free() > 4 * KiB);
  void* const large = heap.allocate(5000);
  REQUIRE(large != nullptr);
  CHECK(heap.owns(large));
  CHECK(large >= other_buffer);
  CHECK(heap.size_of(large) >= 5000);
  const std::vector<void*> blocks = all_of(heap, 50);
  CHECK(blocks.size() > 100);
  CHECK(heap.check());
  CHECK(heap.check_step(5));
  CHECK(heap.try_expand(large, 5000));
  for (void* const block : blocks)
    heap.deallocate(block);
  heap.deallocate(large);
  CHECK(heap.stats().used == 0);
}

FOR_EACH_FIT("a buffer that add_buffer refuses is as it was") {
  FixedHeap<Fit> heap{room(1 * KiB)};
  for (std::size_t size = 0; size < 400; ++size) {
    const auto bytes = std::span{other_buffer}.first(size);
    std::memset(bytes.data(), 0x55, size);
    if (heap.add_buffer(bytes)) {
      REQUIRE(size > 60);
      break;
    }
    for (const std::byte byte : bytes)
      REQUIRE(byte == std::byte{0x55});
  }
  CHECK_FALSE(heap.add_buffer({static_cast<std::byte*>(nullptr), 4 * KiB}));
  CHECK(heap.check());
}

FOR_EACH_FIT("a static heap is a constant that begins at its first use") {
  CHECK_FALSE(at_start<Fit>.owns(&at_start<Fit>));
  void* const block = at_start<Fit>.allocate(100);
  CHECK(at_start<Fit>.owns(block));
  at_start<Fit>.deallocate(block);
  CHECK(at_start<Fit>.largest_free() >= 1024 - 8);
  CHECK(at_start<Fit>.check());
}

TEST_CASE("a static heap has most of its size for blocks") {
  CHECK(half_at_start.largest_free() == 1024 - 8);
  CHECK(two_at_start.largest_free() > 1400);
  void* const block = half_at_start.allocate(100);
  CHECK(half_at_start.owns(block));
  half_at_start.deallocate(block);
  CHECK(half_at_start.check());
}

TEST_CASE("a head is two words, and a granule's book at most two bytes") {
  FixedHeap<half_fit> heap{room(4 * KiB)};
  auto* const block = static_cast<std::byte*>(heap.allocate(120));
  auto* const next = static_cast<std::byte*>(heap.allocate(120));
  CHECK(heap.size_of(block) == 120);
  CHECK(next - block == 120 + 2 * 4);
  constexpr std::size_t granules = 64 * KiB / 16;
  static_assert(tarn::aligned_first_fit::memory_for(64 * KiB) <=
                64 * KiB + 2 * granules);
  static_assert(tarn::buddy::memory_for(64 * KiB) <= 64 * KiB + 2 * granules);
}

TEST_CASE("each call holds the lock") {
  FixedHeap<half_fit, tarn::at_run_time, CountingLock> heap{room(1 * KiB)};
  void* const block = heap.allocate(10);
  heap.deallocate(block);
  CHECK(CountingLock::locked == 2);
  CHECK_FALSE(heap.try_expand(heap.allocate(10), 2 * KiB));
  CHECK(heap.owns(block));
  CHECK(heap.size_of(block) >= 10);
  CHECK(heap.check());
  CHECK(heap.check_step(1));
  CHECK(heap.largest_free() > 0);
  CHECK(heap.stats().used > 0);
  CHECK(CountingLock::held == 0);
  CHECK(CountingLock::locked == 10);
}

TEST_CASE("two levels round a request by a sixteenth at most") {
  FixedHeap<two_level> heap{room(64 * KiB)};
  for (std::size_t size = 300; size < 20000; size += 37) {
    void* const block = heap.allocate(size);
    CHECK(heap.size_of(block) <= size + size / 16 + 16);
    heap.deallocate(block);
  }
}

FOR_EACH_FIT_WITH_HEADS("check_step finds a written header in one sweep") {
  FixedHeap<Fit> heap{room(4 * KiB)};
  const std::vector<void*> blocks = all_of(heap, 40);
  for (int i = 0; i < 40; ++i)
    REQUIRE(heap.check_step(3));
  // Sixteen bytes behind the end of one.
  auto* const end =
      static_cast<std::byte*>(blocks[5]) + heap.size_of(blocks[5]);
  std::memset(end, 0x41, 8);
  CHECK_FALSE(heap.check());
  bool is_found = false;
  for (std::size_t i = 0; i <= blocks.size(); ++i)
    is_found = is_found || !heap.check_step(1);
  CHECK(is_found);
}

FOR_EACH_FIT_WITH_HEADS("check_step finds written links of a free place") {
  FixedHeap<Fit> heap{room(4 * KiB)};
  const std::vector<void*> blocks = all_of(heap, 40);
  for (std::size_t i = 0; i < blocks.size(); i += 2)
    heap.deallocate(blocks[i]);
  REQUIRE(heap.check());
  std::memset(blocks[6], 0x41, 8);
  CHECK_FALSE(heap.check_step(blocks.size() + 1));
}

FOR_EACH_FIT("check_step goes on while places come and go") {
  FixedHeap<Fit> heap{room(4 * KiB)};
  std::vector<void*> blocks(20, nullptr);
  unsigned random = 5;
  for (int i = 0; i < 5000; ++i) {
    random = random * 1664525u + 1013904223u;
    void*& block = blocks[(random >> 10) % blocks.size()];
    if (block == nullptr) {
      block = heap.allocate((random >> 16) % 300);
    } else {
      heap.deallocate(block);
      block = nullptr;
    }
    REQUIRE(heap.check_step(1));
    REQUIRE(heap.check());
  }
}
