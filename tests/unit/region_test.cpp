// What region.hpp promises of blocks and of looking at a region.
// BOARD
#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"
#include "support/has_system.hpp"
#include "support/witness.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using tarn::child_of;
using tarn::KiB;
using tarn::max_align;
using tarn::MiB;
using tarn::Region;
using tarn::test::CountingUpstream;
using tarn::test::fill_chunk;
using tarn::test::has_system;

namespace {

bool is_aligned(const void* p, std::size_t align) {
  return reinterpret_cast<std::uintptr_t>(p) % align == 0;
}

}  // namespace

TEST_CASE("a region borrows nothing yet") {
  CountingUpstream upstream;
  const Region region{upstream};
  CHECK(upstream.asks.empty());
  CHECK(region.held() == 0);
  CHECK(region.check());
}

TEST_CASE("a region over the system gives memory and gives it back" *
          doctest::skip(!has_system)) {
  Region region;
  auto* const block = static_cast<char*>(region.allocate(100));
  REQUIRE(block != nullptr);
  std::memset(block, 1, 100);
  CHECK(region.held() >= 100);
  CHECK(region.check());
}

TEST_CASE("a block is aligned as asked and writable to its last byte") {
  CountingUpstream upstream;
  Region region{upstream};
  // A board has no memory for more.
  const std::size_t most = has_system ? MiB : 64 * KiB;
  for (std::size_t align = 1; align <= most; align *= 2)
    for (const std::size_t size : {1u, 7u, 64u, 4096u, 40000u, 300000u}) {
      void* const block = region.allocate(size, align);
      REQUIRE(block != nullptr);
      CHECK(is_aligned(block, align));
      std::memset(block, 0xA5, size);
      CHECK(region.check());
    }
}

TEST_CASE("the alignment is 16 when none is asked for") {
  CountingUpstream upstream;
  Region region{upstream};
  for (std::size_t size = 1; size < 100; ++size)
    CHECK(is_aligned(region.allocate(size), max_align));
}

TEST_CASE("blocks lie one behind the other, without headers") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const first = static_cast<char*>(region.allocate(32));
  CHECK(region.allocate(32) == first + 32);
  CHECK(region.allocate(16) == first + 64);
  CHECK(region.allocate(16, 1) == first + 80);
  CHECK(region.allocate(1, 1) == first + 96);
  CHECK(region.allocate(1, 1) == first + 97);
  CHECK(region.allocate(8, 8) == first + 104);
}

TEST_CASE("size 0 gives a pointer that is not null") {
  CountingUpstream upstream;
  Region region{upstream};
  for (const std::size_t align : {std::size_t{1}, max_align, MiB}) {
    void* const block = region.allocate(0, align);
    CHECK(block != nullptr);
    CHECK(is_aligned(block, align));
  }
  CHECK(upstream.asks.empty());
  REQUIRE(region.allocate(1) != nullptr);
  CHECK(region.allocate(0) != nullptr);
  fill_chunk(region);
  CHECK(region.allocate(0) != nullptr);
  CHECK(region.allocate(0, MiB) != nullptr);
  CHECK(region.allocate_zeroed(0) != nullptr);
  CHECK(region.allocate_or_recycle(0) != nullptr);
  CHECK(region.make_array<int>(0) != nullptr);
  CHECK(region.make_array<std::string>(0) != nullptr);
  CHECK_FALSE(region.ran_out());
  CHECK(region.check());
}

TEST_CASE("a block of size 0 can be given up, grown and asked about") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.allocate(100 * KiB) != nullptr);  // a large one, no chunk
  void* const nothing = region.allocate(0);
  region.deallocate(nothing, 0);
  CHECK_FALSE(region.free_large(nothing));
  CHECK_FALSE(region.owns(nothing));
  void* const block = region.grow(nothing, 0, 10);
  REQUIRE(block != nullptr);
  CHECK(region.owns(block));
  CHECK_FALSE(region.free_large(region.allocate(0, MiB)));
}

TEST_CASE("zeroed blocks are zero to the last byte, fresh or used before") {
  CountingUpstream upstream;
  Region region{upstream};
  for (int round = 0; round < 2; ++round) {
    for (const std::size_t size : {1u, 100u, 5000u, 100000u}) {
      auto* const block =
          static_cast<unsigned char*>(region.allocate_zeroed(size, 64));
      REQUIRE(block != nullptr);
      CHECK(is_aligned(block, 64));
      CHECK(std::all_of(block, block + size, [](int c) { return c == 0; }));
      std::memset(block, 0xFF, size);
    }
    region.reset();
  }
  // Compilers warn of one that they see.
  const volatile std::size_t most = SIZE_MAX;
  CHECK(region.allocate_zeroed(most) == nullptr);
}

TEST_CASE("a size that cannot be is refused, and nothing has changed") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const before = region.allocate(8);
  const std::size_t held = region.held();
  for (const std::size_t size : {SIZE_MAX, SIZE_MAX - 8, SIZE_MAX / 2}) {
    CHECK(region.allocate(size) == nullptr);
    CHECK(region.allocate(size, 4 * KiB) == nullptr);
    CHECK(region.allocate(size, tarn::no_limit / 2 + 1) == nullptr);
    CHECK(region.allocate_or_recycle(size) == nullptr);
    CHECK(region.grow(before, 8, size) == nullptr);
    CHECK_FALSE(region.resize_in_place(before, 8, size));
    CHECK_FALSE(region.reserve(size));
  }
  CHECK(region.allocate(1, tarn::no_limit / 2 + 1) == nullptr);
  CHECK(region.make_array<int>(SIZE_MAX / 4) == nullptr);
  CHECK(region.make_array<int>(SIZE_MAX / 2) == nullptr);
  CHECK(region.make_array<std::string>(SIZE_MAX / sizeof(std::string)) ==
        nullptr);
  CHECK(region.make_array<std::string>(SIZE_MAX) == nullptr);
  CHECK(region.ran_out());
  CHECK(region.held() == held);
  CHECK(region.allocate(8) == static_cast<char*>(before) + 16);
  CHECK(region.check());
}

TEST_CASE("a large block does not end the chunk being filled") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const before = static_cast<char*>(region.allocate(16));
  REQUIRE(region.allocate(64 * KiB) != nullptr);
  CHECK(region.allocate(16) == before + 16);
  CHECK(region.stats().large_blocks == 1);
}

TEST_CASE("a block is large above an eighth of max_chunk") {
  CountingUpstream upstream;
  Region region{upstream, {.first_chunk = 2 * KiB, .max_chunk = 16 * KiB}};
  REQUIRE(region.allocate(2 * KiB) != nullptr);
  CHECK(region.stats().large_blocks == 0);
  REQUIRE(region.allocate(16 * KiB) != nullptr);
  CHECK(region.stats().large_blocks == 1);
  fill_chunk(region);
  REQUIRE(region.allocate(2 * KiB + 1) != nullptr);
  CHECK(region.stats().large_blocks == 2);
}

TEST_CASE("free_large gives back a large block now, in any order") {
  CountingUpstream upstream;
  Region region{upstream};
  std::vector<void*> blocks;
  for (int i = 0; i < 5; ++i)
    blocks.push_back(region.allocate(100 * KiB, i == 2 ? MiB : 16));
  for (const std::size_t i : {2u, 0u, 4u, 3u, 1u}) {
    const std::size_t loans = upstream.loans_out();
    CHECK(region.free_large(blocks[i]));
    CHECK(upstream.loans_out() == loans - 1);
    CHECK(region.held() == upstream.bytes_out());
    CHECK(region.check());
  }
  CHECK(region.held() == 0);
}

TEST_CASE("free_large of a block that is not a large one is false") {
  CountingUpstream upstream;
  Region region{upstream};
  Region other{upstream};
  void* const small = region.allocate(100);
  void* const large = region.allocate(100 * KiB);
  void* const foreign = other.allocate(100 * KiB);
  CHECK_FALSE(region.free_large(small));
  CHECK_FALSE(region.free_large(static_cast<char*>(large) + 1));
  CHECK_FALSE(region.free_large(static_cast<char*>(large) + 64));
  CHECK_FALSE(region.free_large(foreign));
  CHECK(region.free_large(nullptr));
  CHECK(upstream.loans_out() == 3);
}

TEST_CASE("chunks grow fourfold from first_chunk to max_chunk") {
  CountingUpstream upstream;
  Region region{upstream, {.first_chunk = 2 * KiB, .max_chunk = 16 * KiB}};
  while (upstream.asks.size() < 4)
    REQUIRE(region.allocate(1000) != nullptr);
  const auto& asks = upstream.asks;
  CHECK(asks[0].size == 2 * KiB);
  CHECK(asks[1].size == 8 * KiB);
  CHECK(asks[2].size == 16 * KiB);
  CHECK(asks[3].size == 16 * KiB);
  CHECK(asks[0].kind == tarn::PoolKind::region);
  CHECK_FALSE(asks[0].urgent);
}

TEST_CASE("chunk sizes that are too small or too large do no harm" *
          doctest::skip(!has_system)) {
  for (const std::uint32_t first : {0u, 1u, 47u, 48u, 49u, 100u, 1u << 30})
    for (const std::uint32_t max : {0u, 1u, 1024u, ~0u}) {
      Region region{{.first_chunk = first, .max_chunk = max}};
      for (int round = 0; round < 2; ++round) {
        for (const std::size_t size : {1u, 100u, 700u, 5000u, 100000u}) {
          void* const block = region.allocate(size);
          REQUIRE(block != nullptr);
          std::memset(block, 1, size);
        }
        CHECK(region.check());
        region.reset();
      }
    }
}

TEST_CASE("chunks that begin huge do not shrink when they grow") {
  CountingUpstream upstream;
  Region region{upstream, {.first_chunk = 1u << 31, .max_chunk = 1u << 31}};
  REQUIRE(region.allocate(1) != nullptr);
  region.reset();
  upstream.asks.clear();
  upstream.most = 0;
  fill_chunk(region);
  REQUIRE(region.allocate(1) == nullptr);
  CHECK(upstream.asks[0].size == 512 * MiB);
}

TEST_CASE("what a loan brings beyond its ask is used") {
  CountingUpstream upstream;
  upstream.extra = 8 * KiB;
  Region region{upstream, {.first_chunk = 2 * KiB}};
  for (int i = 0; i < 9; ++i)
    REQUIRE(region.allocate(KiB) != nullptr);
  CHECK(upstream.loans_out() == 1);
  CHECK(region.held() == upstream.bytes_out());
}

TEST_CASE("a block that needs a chunk wastes no more than it takes") {
  CountingUpstream upstream;
  Region region{upstream, {.first_chunk = 64 * KiB}};
  auto* const first = static_cast<char*>(region.allocate(16));
  REQUIRE(region.allocate(30 * KiB, 64 * KiB) != nullptr);
  REQUIRE(region.allocate(30 * KiB, 64 * KiB) != nullptr);
  // Whichever chunk has more room is filled on.
  CHECK(region.stats().used <= 64 * KiB + 3 * 64 * KiB);
  CHECK(region.owns(first));
  CHECK(region.check());
}

TEST_CASE("an alignment costs a loan no more than it may skip") {
  for (const std::size_t size : {8 * KiB, 100 * KiB}) {
    CountingUpstream upstream;
    Region region{upstream, {.first_chunk = 2 * KiB}};
    Region aligned{upstream, {.first_chunk = 2 * KiB}};
    REQUIRE(region.allocate(size) != nullptr);
    REQUIRE(aligned.allocate(size, 4 * KiB) != nullptr);
    CHECK(upstream.asks[1].size - upstream.asks[0].size <= 4 * KiB - max_align);
  }
}

TEST_CASE("owns knows the blocks of this region and not those of a child") {
  CountingUpstream upstream;
  Region region{upstream};
  Region child{child_of(region)};
  CHECK_FALSE(region.owns(nullptr));
  auto* const small = static_cast<char*>(region.allocate(100));
  auto* const large = static_cast<char*>(region.allocate(100 * KiB));
  fill_chunk(region);
  auto* const later = static_cast<char*>(region.allocate(100));
  void* const of_child = child.allocate(100);
  for (const char* block : {small, large, later}) {
    CHECK(region.owns(block));
    CHECK(region.owns(block + 99));
    CHECK_FALSE(child.owns(block));
  }
  CHECK_FALSE(region.owns(later + 100));
  CHECK_FALSE(region.owns(of_child));
  CHECK(child.owns(of_child));
  region.reset();
  CHECK_FALSE(region.owns(small));
  CHECK_FALSE(region.owns(later));
}

TEST_CASE("the name is copied, and is empty for a region without one" *
          doctest::skip(!has_system)) {
  std::string name = "request";
  const Region named{{.name = name.c_str()}};
  name = "changed";
  CHECK(std::string(named.name()) == "request");
  CHECK(std::string(Region{}.name()).empty());
  CHECK(std::string(Region{{.name = ""}}.name()).empty());
}

TEST_CASE("stats tells what is held, used and registered") {
  CountingUpstream upstream;
  Region region{upstream};
  CHECK(region.stats().held == 0);
  CHECK(region.stats().chunks == 0);
  REQUIRE(region.allocate(100) != nullptr);
  CHECK(region.stats().used == 100);
  CHECK(region.stats().chunks == 1);
  void* const large = region.allocate(100 * KiB);
  REQUIRE(large != nullptr);
  CHECK(region.stats().large_blocks == 1);
  CHECK(region.stats().large_bytes >= 100 * KiB);
  CHECK(region.stats().used >= 100 * KiB + 100);
  int runs = 0;
  REQUIRE(region.on_reset(tarn::test::count_up, &runs));
  CHECK(region.stats().cleanups == 1);
  Region first{child_of(region)};
  Region* const second = region.make_child();
  REQUIRE(second != nullptr);
  Region* const grandchild = second->make_child();
  REQUIRE(grandchild != nullptr);
  CHECK(region.stats().children == 2);
  fill_chunk(region);
  REQUIRE(region.allocate(100) != nullptr);
  CHECK(region.stats().chunks == 2);
  CHECK(region.stats().held == region.held());
  region.reset();
  CHECK(region.stats().used == 0);
  CHECK(region.stats().large_bytes == 0);
  CHECK(region.stats().large_blocks == 0);
  CHECK(region.stats().cleanups == 0);
  CHECK(region.stats().children == 1);
  CHECK(region.stats().chunks == 1);
}

TEST_CASE("held is what is borrowed, without the children's share") {
  CountingUpstream upstream;
  Region region{upstream};
  Region child{child_of(region), {.first_chunk = 8 * KiB}};
  REQUIRE(region.allocate(100 * KiB) != nullptr);
  REQUIRE(child.allocate(10) != nullptr);
  CHECK(region.held() + child.held() == upstream.bytes_out());
  CHECK(child.held() == 8 * KiB);
}
