// What region.hpp promises of blocks that grow, shrink and are given up.
// BOARD
#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"
#include "support/has_system.hpp"
#include "support/witness.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <vector>

using tarn::KiB;
using tarn::MiB;
using tarn::Region;
using tarn::test::CountingUpstream;
using tarn::test::fill_chunk;
using tarn::test::has_system;

TEST_CASE("the newest block grows where it lies, with room behind it") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const block = static_cast<char*>(region.allocate(100));
  CHECK(region.resize_in_place(block, 100, 1000));
  CHECK(region.stats().used == 1000);
  CHECK(region.grow(block, 1000, 2000) == block);
  CHECK(region.allocate(16) == block + 2000);
}

TEST_CASE("the newest block does not grow beyond its chunk") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const block = static_cast<char*>(region.allocate(96));
  const std::size_t room = 96 + tarn::test::room_left(region);
  CHECK_FALSE(region.resize_in_place(block, 96, room + 1));
  CHECK(region.stats().used == 96);
  CHECK(region.resize_in_place(block, 96, room));
  CHECK(region.stats().used == room);
  std::memset(block, 1, room);
}

TEST_CASE("shrinking is always true, and frees the newest block's end") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const block = static_cast<char*>(region.allocate(160));
  CHECK(region.resize_in_place(block, 160, 16));
  auto* const next = static_cast<char*>(region.allocate(16));
  CHECK(next == block + 16);
  CHECK(region.resize_in_place(block, 16, 8));
  CHECK(region.allocate(16) == next + 16);
  auto* const large = static_cast<char*>(region.allocate(100 * KiB));
  CHECK(region.resize_in_place(large, 100 * KiB, 10));
}

TEST_CASE("a block that is not the newest does not grow where it lies") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const block = region.allocate(16);
  REQUIRE(region.allocate(16) != nullptr);
  CHECK_FALSE(region.resize_in_place(block, 16, 17));
}

TEST_CASE("a large block grows into what its loan brought beyond the ask") {
  CountingUpstream upstream;
  upstream.extra = 4 * KiB;
  Region region{upstream};
  auto* const block = static_cast<char*>(region.allocate(100 * KiB));
  CHECK(region.resize_in_place(block, 100 * KiB, 104 * KiB));
  std::memset(block, 1, 104 * KiB);
  CHECK_FALSE(region.resize_in_place(block, 104 * KiB, 105 * KiB));
  const tarn::Mark mark = region.mark();
  CHECK_FALSE(region.resize_in_place(block, 100 * KiB, 104 * KiB));
  region.rewind(mark);
}

TEST_CASE("grow moves the bytes when the block cannot grow where it lies") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const block = static_cast<char*>(region.allocate(1000));
  std::memset(block, 5, 1000);
  REQUIRE(region.allocate(16) != nullptr);
  auto* const moved = static_cast<char*>(region.grow(block, 1000, 3000, 64));
  REQUIRE(moved != nullptr);
  CHECK(moved != block);
  CHECK(reinterpret_cast<std::uintptr_t>(moved) % 64 == 0);
  for (int i = 0; i < 1000; ++i)
    CHECK(moved[i] == 5);
  auto* const large = static_cast<char*>(region.grow(moved, 3000, MiB));
  REQUIRE(large != nullptr);
  CHECK(large[999] == 5);
  CHECK(region.stats().large_blocks == 1);
  auto* const larger = static_cast<char*>(region.grow(large, MiB, 2 * MiB));
  CHECK(larger[999] == 5);
  CHECK(region.stats().large_blocks == 1);
}

TEST_CASE("grow of nullptr allocates") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const block = region.grow(nullptr, 0, 100, 32);
  REQUIRE(block != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(block) % 32 == 0);
  CHECK(region.stats().used >= 100);
}

TEST_CASE("grow that runs out is nullptr, and the old block stands") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const block = static_cast<char*>(region.allocate(100));
  std::memset(block, 5, 100);
  upstream.refuse_after(0);
  CHECK(region.grow(block, 100, MiB) == nullptr);
  CHECK(region.ran_out());
  CHECK(block[99] == 5);
  CHECK(region.owns(block));
  CHECK(region.grow(block, 100, 200) == block);
}

TEST_CASE("deallocate of the newest block frees it at once") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const first = region.allocate(100);
  void* const second = region.allocate(100);
  region.deallocate(second, 100);
  CHECK(region.allocate(100) == second);
  CHECK(first != second);
}

TEST_CASE("deallocate of a large block frees it at once") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const block = region.allocate(100 * KiB);
  region.deallocate(block, 100 * KiB);
  CHECK(upstream.loans_out() == 0);
  CHECK(region.held() == 0);
}

TEST_CASE("deallocate of nullptr does nothing") {
  CountingUpstream upstream;
  Region region{upstream};
  for (const std::size_t size : {0u, 1u, 100u, 100000u})
    region.deallocate(nullptr, size);
  REQUIRE(region.allocate(10) != nullptr);
  for (const std::size_t size : {0u, 1u, 100u, 100000u})
    region.deallocate(nullptr, size);
  CHECK(region.stats().used == 10);
}

TEST_CASE("a block that was given up may serve later asks") {
  CountingUpstream upstream;
  Region region{upstream};
  // The first one given up becomes the table of the others.
  void* const table = region.allocate(200);
  std::vector<void*> blocks;
  for (const std::size_t size : {128u, 256u, 300u, 1024u})
    blocks.push_back(region.allocate(size));
  REQUIRE(region.allocate(1) != nullptr);
  region.deallocate(table, 200);
  const std::size_t sizes[] = {128, 256, 300, 1024};
  for (std::size_t i = 0; i < 4; ++i)
    region.deallocate(blocks[i], sizes[i]);
  const std::size_t used = region.stats().used;
  CHECK(region.allocate_or_recycle(600) == blocks[3]);
  CHECK(region.allocate_or_recycle(256) == blocks[2]);
  CHECK(region.allocate_or_recycle(129) == blocks[1]);
  CHECK(region.allocate_or_recycle(5) == blocks[0]);
  CHECK(region.stats().used == used);
  CHECK(region.allocate_or_recycle(5) != blocks[0]);
  CHECK(region.check());
}

TEST_CASE("a recycled block is never smaller than the ask") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const table = region.allocate(200);
  void* const block = region.allocate(255);
  REQUIRE(region.allocate(1) != nullptr);
  region.deallocate(table, 200);
  region.deallocate(block, 255);
  CHECK(region.allocate_or_recycle(129) != block);
  CHECK(region.allocate_or_recycle(128) == block);
}

TEST_CASE("a recycled block is as aligned as the ask") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const table = region.allocate(200);
  auto* const odd = static_cast<char*>(region.allocate(1000)) + 1;
  REQUIRE(region.allocate(1) != nullptr);
  region.deallocate(table, 200);
  region.deallocate(odd, 999);
  for (const std::size_t align : {64u, 4096u}) {
    void* const block = region.allocate_or_recycle(100, align);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % align == 0);
  }
  auto* const again = static_cast<char*>(region.allocate_or_recycle(500));
  CHECK(again == odd + 15);
}

TEST_CASE("a block too small to be worth a list is not recycled") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const small = region.allocate(64);
  void* const table = region.allocate(200);
  REQUIRE(region.allocate(1) != nullptr);
  region.deallocate(table, 200);
  region.deallocate(small, 64);
  CHECK(region.allocate_or_recycle(64) != small);
  CHECK(region.check());
}

TEST_CASE("a full chunk is served from recycled blocks before a new one") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const table = region.allocate(200);
  void* const block = region.allocate(1000);
  region.deallocate(table, 200);
  fill_chunk(region);
  region.deallocate(block, 1000);
  CHECK(region.allocate(500) == block);
  CHECK(upstream.loans_out() == 1);
}

TEST_CASE("reset forgets recycled blocks") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const table = region.allocate(200);
  void* const block = region.allocate(1000);
  REQUIRE(region.allocate(1) != nullptr);
  region.deallocate(table, 200);
  region.deallocate(block, 1000);
  region.reset();
  CHECK(region.allocate_or_recycle(900) == table);
}

TEST_CASE("blocks of every size can be given up and had again") {
  CountingUpstream upstream;
  // A board has no memory for more.
  constexpr std::uint32_t most = has_system ? MiB : 64 * KiB;
  Region region{upstream, {.max_chunk = 4 * most}};
  for (int round = 0; round < 3; ++round)
    for (std::size_t size = 1; size <= most; size = size * 3 / 2 + 1) {
      auto* const block = static_cast<char*>(region.allocate_or_recycle(size));
      REQUIRE(block != nullptr);
      std::memset(block, round, size);
      REQUIRE(region.allocate(1) != nullptr);
      region.deallocate(block, size);
      CHECK(region.check());
    }
}
