// What region.hpp promises of marks and of rewinding to them.
// BOARD
#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <vector>

using tarn::child_of;
using tarn::KiB;
using tarn::Mark;
using tarn::Region;
using tarn::test::CountingUpstream;
using tarn::test::fill_chunk;
using tarn::test::Witness;

namespace {
using Order = std::vector<int>;
}

TEST_CASE("rewind ends what was made since the mark") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  auto* const before = static_cast<char*>(region.allocate(100));
  std::memset(before, 7, 100);
  REQUIRE(region.make<Witness>(order, 1) != nullptr);
  const Mark mark = region.mark();
  const std::size_t used = region.stats().used;
  const std::size_t held = region.held();
  for (int round = 0; round < 3; ++round) {
    REQUIRE(region.make<Witness>(order, 2) != nullptr);
    REQUIRE(region.make<Witness>(order, 3) != nullptr);
    REQUIRE(region.allocate(100 * KiB) != nullptr);
    fill_chunk(region);
    REQUIRE(region.allocate(20 * KiB) != nullptr);
    Region* const child = region.make_child();
    REQUIRE(child->make<Witness>(order, 4) != nullptr);
    region.rewind(mark);
    CHECK(order == Order{4, 3, 2});
    order.clear();
    CHECK(region.stats().used == used);
    CHECK(region.stats().large_blocks == 0);
    CHECK(region.stats().children == 0);
    CHECK(region.held() == held);
    CHECK(region.check());
  }
  CHECK(before[0] == 7);
  CHECK(before[99] == 7);
  region.reset();
  CHECK(order == Order{1});
}

TEST_CASE("a mark in an empty region goes back to an empty one") {
  CountingUpstream upstream;
  Region region{upstream};
  const Mark mark = region.mark();
  REQUIRE(mark);
  void* const block = region.allocate(100);
  region.rewind(mark);
  CHECK(region.allocate(100) == block);
}

TEST_CASE("large blocks made before a mark stay, those since go") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const before = static_cast<char*>(region.allocate(100 * KiB));
  const Mark mark = region.mark();
  void* const after = region.allocate(100 * KiB);
  CHECK(region.owns(after));
  region.rewind(mark);
  CHECK(region.owns(before));
  CHECK_FALSE(region.owns(after));
  CHECK(region.stats().large_blocks == 1);
}

TEST_CASE("the mark stays good, and so do older ones") {
  CountingUpstream upstream;
  Region region{upstream};
  const Mark first = region.mark();
  void* const block = region.allocate(16);
  const Mark second = region.mark();
  void* const next = region.allocate(16);
  region.rewind(second);
  region.rewind(second);
  CHECK(region.allocate(16) == next);
  region.rewind(first);
  CHECK(region.allocate(16) == block);
  region.rewind(first);
}

TEST_CASE("marks after a rewind are new ones") {
  CountingUpstream upstream;
  Region region{upstream};
  const Mark first = region.mark();
  REQUIRE(region.allocate(16) != nullptr);
  REQUIRE(region.mark());
  region.rewind(first);
  REQUIRE(region.allocate(16) != nullptr);
  const Mark third = region.mark();
  void* const block = region.allocate(16);
  region.rewind(third);
  CHECK(region.allocate(16) == block);
  region.rewind(first);
}

TEST_CASE("a mark that ran out of memory is false") {
  CountingUpstream upstream{0};
  Order order;
  Region region{upstream};
  const Mark none = region.mark();
  CHECK_FALSE(none);
  CHECK(region.ran_out());
  upstream.refuse_after(CountingUpstream::never);
  REQUIRE(region.make<Witness>(order, 1) != nullptr);
  region.rewind(none);
  region.rewind(Mark{});
  CHECK(order.empty());
}

TEST_CASE("a loop of mark, work and rewind does not grow") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.allocate(10) != nullptr);
  const Mark outer = region.mark();
  const std::size_t used = region.stats().used;
  for (int i = 0; i < 1000; ++i) {
    const Mark mark = region.mark();
    REQUIRE(region.allocate(100) != nullptr);
    REQUIRE(region.allocate(100 * KiB) != nullptr);
    region.rewind(mark);
  }
  CHECK(region.stats().used == used);
  region.rewind(outer);
}

TEST_CASE("a mark is a new one after anything was made") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  Region child{child_of(region)};
  const Mark first = region.mark();
  REQUIRE(region.allocate(100 * KiB) != nullptr);
  const Mark second = region.mark();
  region.rewind(second);
  CHECK(region.stats().large_blocks == 1);
  Region later{child_of(region)};
  REQUIRE(later.make<Witness>(order, 1) != nullptr);
  const Mark third = region.mark();
  region.rewind(third);
  CHECK(order.empty());
  region.rewind(first);
  CHECK(order == Order{1});
  CHECK(region.stats().large_blocks == 0);
}

TEST_CASE("no block older than the newest mark grows where it lies") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.allocate(8 * KiB - 500) != nullptr);
  // The record of the mark comes to lie in another chunk than the block.
  void* const small = region.allocate(100);
  tarn::test::fill_chunk(region, 40);
  void* const block = region.allocate(16);
  const Mark mark = region.mark();
  CHECK_FALSE(region.resize_in_place(block, 16, 32));
  CHECK(region.resize_in_place(block, 16, 8));
  region.deallocate(block, 8);
  CHECK(region.allocate(16) != block);
  CHECK(region.owns(small));
  region.rewind(mark);
  CHECK(region.owns(block));
}

TEST_CASE("no block older than the newest mark is recycled") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const early = region.allocate(1000);
  void* const table = region.allocate(1000);
  void* const old = region.allocate(1000);
  REQUIRE(region.allocate(1) != nullptr);
  region.deallocate(table, 1000);
  region.deallocate(early, 1000);
  const Mark mark = region.mark();
  region.deallocate(old, 1000);
  // Neither what was given up before the mark nor what was after.
  for (int i = 0; i < 3; ++i) {
    void* const block = region.allocate_or_recycle(500);
    CHECK(block != early);
    CHECK(block != old);
  }
  region.rewind(mark);
  CHECK(region.allocate_or_recycle(500) != old);
  CHECK(region.check());
}

TEST_CASE("rewind forgets recycled blocks above the mark") {
  CountingUpstream upstream;
  Region region{upstream};
  const Mark mark = region.mark();
  void* const table = region.allocate(1000);
  void* const block = region.allocate(1000);
  REQUIRE(region.allocate(1) != nullptr);
  region.deallocate(table, 1000);
  region.deallocate(block, 1000);
  region.rewind(mark);
  auto* const first = static_cast<char*>(region.allocate_or_recycle(3000));
  auto* const second = static_cast<char*>(region.allocate_or_recycle(500));
  CHECK(second >= first + 3000);
}

TEST_CASE("what was recycled after a rewind is forgotten by the next one") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const table = region.allocate(1000);
  REQUIRE(region.allocate(1) != nullptr);
  region.deallocate(table, 1000);
  const Mark mark = region.mark();
  region.rewind(mark);
  void* const early = region.allocate(1000);
  void* const block = region.allocate(1000);
  REQUIRE(region.allocate(1) != nullptr);
  region.deallocate(early, 1000);
  region.deallocate(block, 1000);
  region.rewind(mark);
  CHECK(region.allocate_or_recycle(500) == early);
  CHECK(region.allocate_or_recycle(500) < block);
  CHECK(region.check());
}

TEST_CASE("deallocate leaves a large block that is older than the mark") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const old = region.allocate(100 * KiB);
  const Mark mark = region.mark();
  void* const young = region.allocate(100 * KiB);
  region.deallocate(young, 100 * KiB);
  CHECK(region.stats().large_blocks == 1);
  region.deallocate(old, 100 * KiB);
  CHECK(region.owns(old));
  region.rewind(mark);
  CHECK(region.owns(old));
  CHECK(region.free_large(old));
}

TEST_CASE("rewind gives back chunks, or keeps those that retain says") {
  for (const auto retain : {tarn::retain_decay, tarn::retain_all}) {
    CountingUpstream upstream;
    Region region{upstream, {.retain = retain}};
    const Mark mark = region.mark();
    const std::size_t before = upstream.loans_out();
    fill_chunk(region);
    REQUIRE(region.allocate(20 * KiB) != nullptr);
    const std::size_t high = upstream.loans_out();
    CHECK(high == before + 1);
    region.rewind(mark);
    CHECK(upstream.loans_out() ==
          (retain.bytes == tarn::no_limit ? high : before));
    CHECK(region.held() == upstream.bytes_out());
    CHECK(region.check());
  }
}
