// What region.hpp promises of check(): true while every invariant holds. Here
// each is broken in turn, where the region's records lie, and made whole again.
#include "tarn/region.hpp"

#include "region/records.hpp"
#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <utility>
#include <vector>

using tarn::KiB;
using tarn::Region;
using tarn::detail::CleanupRecord;
using tarn::detail::LargeBlock;
using tarn::detail::MarkRecord;
using tarn::detail::RegionChunk;
using tarn::test::CountingUpstream;

namespace {

// check() is false while `field` is `wrong`.
template <class T>
void demand_noticed(const Region& region, T& field, T wrong) {
  REQUIRE(region.check());
  const T right = std::exchange(field, wrong);
  CHECK_FALSE(region.check());
  field = right;
  CHECK(region.check());
}

// The field of a region by which it knows `other`.
Region** link_to(Region& region, Region* other) {
  std::byte* const fields = reinterpret_cast<std::byte*>(&region);
  std::size_t at = 0;
  while (at < sizeof(Region) &&
         std::memcmp(fields + at, &other, sizeof other) != 0)
    at += sizeof other;
  REQUIRE(at < sizeof(Region));
  return reinterpret_cast<Region**>(fields + at);
}

}  // namespace

TEST_CASE("check notices a chunk of another size, and a false end of blocks") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const first = static_cast<RegionChunk*>(region.allocate(16)) - 1;
  tarn::test::fill_chunk(region);
  REQUIRE(region.allocate(16) != nullptr);
  demand_noticed(region, first->size, first->size + 16);
  demand_noticed(region, first->filled_until, first->end() + 1);
  demand_noticed(region, first->filled_until, first->begin() - 1);
}

TEST_CASE("check notices a chunk that is missing") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.allocate(16) != nullptr);
  tarn::test::fill_chunk(region);
  auto* const second = static_cast<RegionChunk*>(region.allocate(16)) - 1;
  demand_noticed(region, second->older, static_cast<RegionChunk*>(nullptr));
}

TEST_CASE("check notices an empty region that says it has room") {
  CountingUpstream upstream;
  Region region{upstream};
  // The end of its room is its second word, for every build.
  std::byte** const end = reinterpret_cast<std::byte**>(&region) + 1;
  REQUIRE(*end == nullptr);
  demand_noticed(region, *end, reinterpret_cast<std::byte*>(&region));
}

TEST_CASE("check notices large blocks that are wrongly linked or sized") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const older = static_cast<LargeBlock*>(region.allocate(100 * KiB)) - 1;
  auto* const newer = static_cast<LargeBlock*>(region.allocate(100 * KiB)) - 1;
  demand_noticed(region, older->newer, static_cast<LargeBlock*>(nullptr));
  demand_noticed(region, newer->older, static_cast<LargeBlock*>(nullptr));
  demand_noticed(region, newer->owner, newer->owner + 1);
  demand_noticed(region, older->loan.size, older->loan.size - 16);
  demand_noticed(region, older->loan.size, std::size_t{0});
}

TEST_CASE("check notices marks that are out of order or lie elsewhere") {
  CountingUpstream upstream;
  Region region{upstream};
  const auto make_mark = [&region] {
    REQUIRE(region.allocate(16) != nullptr);
    REQUIRE(region.mark());
    return static_cast<MarkRecord*>(region.allocate(0, 1)) - 1;
  };
  MarkRecord* const oldest = make_mark();
  MarkRecord* const older = make_mark();
  MarkRecord* const newest = make_mark();
  REQUIRE(newest->older == older);
  REQUIRE(older->older == oldest);
  demand_noticed(region, oldest->serial, older->serial);
  demand_noticed(region, older->serial, newest->serial);
  demand_noticed(region, newest->serial, newest->serial + 1);
  MarkRecord elsewhere{*oldest};
  demand_noticed(region, older->older, &elsewhere);
}

TEST_CASE("check notices cleanups that are none or lie elsewhere") {
  CountingUpstream upstream;
  std::vector<int> order;
  Region region{upstream};
  using tarn::test::Witness;
  const auto record_of = [](Witness* witness) {
    return reinterpret_cast<CleanupRecord*>(witness) - 1;
  };
  CleanupRecord* const older = record_of(region.make<Witness>(order, 1));
  CleanupRecord* const newer = record_of(region.make<Witness>(order, 2));
  CleanupRecord elsewhere{nullptr, older->cleanup, nullptr};
  demand_noticed(region, newer->cleanup, decltype(newer->cleanup){nullptr});
  demand_noticed(region, newer->older, &elsewhere);
  demand_noticed(region, newer->older, static_cast<CleanupRecord*>(nullptr));
}

TEST_CASE("check notices children of another parent, or wrongly linked") {
  CountingUpstream upstream;
  std::vector<int> order;
  Region region{upstream};
  Region* const oldest = region.make_child();
  Region* const middle = region.make_child();
  Region* const newest = region.make_child();
  for (Region* const child : {oldest, middle, newest}) {
    // With a cleanup, all its fields mean something.
    REQUIRE(child->make<tarn::test::Witness>(order, 1) != nullptr);
    demand_noticed(region, *link_to(*child, &region), oldest);
  }
  demand_noticed(region, *link_to(*oldest, middle), newest);
  demand_noticed(region, *link_to(*middle, newest), oldest);
  demand_noticed(region, *link_to(region, newest), middle);
}
