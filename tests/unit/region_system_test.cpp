// What region.hpp promises, for regions over the system, which take a shorter
// way to their chunks than those over an upstream.
#include "tarn/budget.hpp"
#include "tarn/region.hpp"

#include "support/witness.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using tarn::KiB;
using tarn::Mark;
using tarn::Region;
using tarn::RegionOptions;
using tarn::test::fill_chunk;
using tarn::test::Witness;

namespace {

// Blocks of many sizes over many chunks, each with its own byte.
void fill_and_look(Region& region) {
  std::vector<unsigned char*> blocks;
  for (std::size_t i = 0; i < 600; ++i) {
    auto* const block =
        static_cast<unsigned char*>(region.allocate(i * 5 % 2000 + 1));
    REQUIRE(block != nullptr);
    std::memset(block, static_cast<int>(i % 251), i * 5 % 2000 + 1);
    blocks.push_back(block);
  }
  for (std::size_t i = 0; i < 600; ++i) {
    REQUIRE(blocks[i][0] == i % 251);
    REQUIRE(blocks[i][i * 5 % 2000] == i % 251);
    REQUIRE(region.owns(blocks[i]));
  }
  REQUIRE(region.check());
}

}  // namespace

TEST_CASE("blocks over the system keep their bytes, chunk after chunk") {
  const RegionOptions kinds[] = {{},
                                 {.name = "named"},
                                 {.first_chunk = 4 * KiB, .max_chunk = 4 * KiB},
                                 {.retain = tarn::retain_all},
                                 {.wipe = true}};
  for (const RegionOptions& options : kinds) {
    Region region{options};
    for (int round = 0; round < 3; ++round) {
      fill_and_look(region);
      CHECK(region.stats().chunks > 1);
      region.reset();
      CHECK(region.stats().used == 0);
      CHECK(region.check());
    }
    fill_and_look(region);
  }
}

TEST_CASE("a block that nearly fills the next chunk leaves the current one") {
  Region region{{.first_chunk = 4 * KiB, .max_chunk = 8 * KiB}};
  auto* const first = static_cast<char*>(region.allocate(32));
  fill_chunk(region, 900);
  REQUIRE(region.allocate(1000) != nullptr);
  // Whichever chunk has more room is filled on.
  const std::size_t chunks = region.stats().chunks;
  for (int i = 0; i < 5; ++i)
    REQUIRE(region.allocate(1000) != nullptr);
  CHECK(region.stats().chunks >= chunks);
  CHECK(region.owns(first));
  CHECK(region.owns(first + 31));
  CHECK(region.check());
}

TEST_CASE("a block that the next chunk just holds, or just not, is whole") {
  for (const std::size_t chunk : {4 * KiB, 16 * KiB})
    for (std::size_t size = chunk - 80; size <= chunk + 80; size += 8) {
      Region region{{.first_chunk = 4 * KiB, .max_chunk = 256 * KiB}};
      if (chunk != 4 * KiB) {
        REQUIRE(region.allocate(16) != nullptr);
        fill_chunk(region);
      }
      auto* const block = static_cast<char*>(region.allocate(size));
      REQUIRE(block != nullptr);
      CHECK(region.owns(block + size - 1));
      CHECK(region.check());
    }
}

TEST_CASE("of two chunks over the system the one with more room is filled on") {
  Region region{{.first_chunk = 4 * KiB, .max_chunk = 4 * KiB}};
  REQUIRE(region.allocate(16) != nullptr);
  fill_chunk(region, 500);
  auto* const last = static_cast<char*>(region.allocate(16));
  auto* const other = static_cast<char*>(region.allocate(512));
  CHECK(region.stats().chunks == 2);
  CHECK(region.allocate(16) == other + 512);
  CHECK(region.owns(last + 15));
  CHECK_FALSE(region.owns(last + 16));
}

TEST_CASE("reset over the system keeps the first chunk") {
  Region region;
  void* const first = region.allocate(100);
  const std::size_t held = region.held();
  for (int round = 0; round < 3; ++round) {
    fill_chunk(region);
    REQUIRE(region.allocate(100) != nullptr);
    CHECK(region.held() > held);
    region.reset();
    CHECK(region.held() == held);
    CHECK(region.allocate(100) == first);
  }
}

TEST_CASE("after a reset over the system chunks grow as from the start") {
  Region region{{.first_chunk = 4 * KiB, .max_chunk = 64 * KiB}};
  REQUIRE(region.allocate(16) != nullptr);
  std::vector<std::size_t> sizes;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::size_t> now;
    for (int i = 0; i < 4; ++i) {
      fill_chunk(region);
      const std::size_t before = region.held();
      REQUIRE(region.allocate(16) != nullptr);
      now.push_back(region.held() - before);
    }
    CHECK(now.front() < now.back());
    CHECK((round == 0 || now == sizes));
    sizes = now;
    region.reset();
  }
}

TEST_CASE("a region over the system ends in every state") {
  std::vector<int> order;
  for (int state = 0; state < 8; ++state) {
    Region region;
    if (state >= 1)
      REQUIRE(region.allocate(100) != nullptr);
    if (state >= 2)
      fill_chunk(region);
    if (state >= 3)
      REQUIRE(region.allocate(100) != nullptr);
    if (state >= 4)
      region.reset();
    if (state >= 5)
      REQUIRE(region.allocate(1000 * KiB) != nullptr);
    if (state >= 6)
      REQUIRE(region.make<Witness>(order, state) != nullptr);
    if (state >= 7)
      REQUIRE(region.make_child()->make<Witness>(order, 0) != nullptr);
    CHECK(region.check());
  }
  CHECK(order == std::vector<int>{6, 0, 7});
}

TEST_CASE("marks and rewinds over the system go back to the byte") {
  Region region;
  REQUIRE(region.allocate(100) != nullptr);
  const Mark mark = region.mark();
  const std::size_t held = region.held();
  void* const next = region.allocate(100);
  for (int round = 0; round < 3; ++round) {
    fill_and_look(region);
    region.rewind(mark);
    CHECK(region.held() == held);
    CHECK(region.allocate(100) == next);
  }
}

TEST_CASE("a block in a chunk younger than the mark grows and is recycled") {
  Region region;
  REQUIRE(region.allocate(100) != nullptr);
  const Mark mark = region.mark();
  fill_chunk(region);
  auto* const block = static_cast<char*>(region.allocate(1024));
  CHECK(region.resize_in_place(block, 1024, 2048));
  void* const table = region.allocate(1024);
  REQUIRE(region.allocate(16) != nullptr);
  region.deallocate(table, 1024);
  region.deallocate(block, 2048);
  CHECK(region.allocate_or_recycle(2048) == block);
  region.rewind(mark);
  CHECK(region.check());
}

TEST_CASE("merging named regions over the system keeps all they hold") {
  Region region{{.name = "into"}};
  {
    Region other{{.name = "from"}};
    fill_and_look(other);
    REQUIRE(other.allocate(1000 * KiB) != nullptr);
    const std::size_t held = other.held();
    REQUIRE(region.merge(other));
    CHECK(region.held() == held);
    fill_and_look(other);
  }
  fill_and_look(region);
  CHECK(region.stats().large_blocks == 1);
  Region nameless;
  REQUIRE(nameless.merge(region));
  CHECK(nameless.check());
  CHECK(region.held() == 0);
}

TEST_CASE("a region over the system does not merge with one over a budget") {
  tarn::Budget budget{"b", 1000 * KiB};
  Region region;
  Region other{budget};
  CHECK_FALSE(region.merge(other));
  CHECK_FALSE(other.merge(region));
}
