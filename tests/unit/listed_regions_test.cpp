#include "tarn/region.hpp"

#include "check/listing.hpp"
#include "check/pools.hpp"
#include "check/sampling.hpp"
#include "check/suspects.hpp"
#include "port/world.hpp"
#include "support/own_clock.hpp"

#include <doctest/doctest.h>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace {

using namespace tarn;

class Sampled {
 public:
  Sampled() { set_check_mode(CheckMode::sampled); }
  Sampled(const Sampled&) = delete;
  Sampled& operator=(const Sampled&) = delete;
  ~Sampled() { set_check_mode(CheckMode::off); }
};

struct Known {
  unsigned count = 0;
  check::PoolEntry last{};
  std::uint64_t held = 0;
};

Known regions_named(const char* name) {
  static const char* wanted = nullptr;
  wanted = name;
  Known known;
  check::for_each_living_pool(
      [](void* into, const check::LivingPool& pool) noexcept {
        if (std::string(port::pool_name(pool.entry->id)) != wanted)
          return;
        Known& found = *static_cast<Known*>(into);
        ++found.count;
        found.last = *pool.entry;
        found.held = pool.held;
      },
      &known);
  return known;
}

bool is_suspect(const char* name, check::Suspect& suspect) {
  std::vector<check::Suspect> all;
  check::for_each_suspect(
      [](void* into, const check::Suspect& one) noexcept {
        static_cast<std::vector<check::Suspect>*>(into)->push_back(one);
      },
      &all);
  for (const check::Suspect& one : all)
    if (std::string(port::pool_name(one.id)) == name) {
      suspect = one;
      return true;
    }
  return false;
}

}  // namespace

TEST_CASE("a region is known from its first block to its end") {
  const Sampled sampled;
  {
    Region region{{.name = "known"}};
    CHECK(regions_named("known").count == 0);
    REQUIRE(region.allocate(100) != nullptr);
    const Known first = regions_named("known");
    CHECK(first.count == 1);
    CHECK(first.last.site != 0);
    CHECK(first.held == region.held());
    test::now += 5'000;
    REQUIRE(region.allocate(MiB) != nullptr);
    CHECK(regions_named("known").held == region.held());
    for (unsigned i = 0; i < 100; ++i) {
      region.reset();
      REQUIRE(region.allocate(100) != nullptr);
    }
    const Known later = regions_named("known");
    CHECK(later.count == 1);
    CHECK(later.last.born == first.last.born);
    CHECK(later.held == region.held());
  }
  CHECK(regions_named("known").count == 0);
}

TEST_CASE("what a region holds is told of the one that is there now") {
  const Sampled sampled;
  alignas(Region) std::byte place[sizeof(Region)];
  Region other{{.name = "other"}};
  for (const char* const name : {"former", "present"}) {
    auto* const region = new (place) Region{{.name = name}};
    REQUIRE(region->allocate(100) != nullptr);
    REQUIRE(other.allocate(100'000) != nullptr);
    REQUIRE(region->allocate(MiB) != nullptr);
    CHECK(regions_named(name).held == region->held());
    region->reset();
    CHECK(regions_named(name).held == region->held());
    CHECK(regions_named("other").held == other.held());
    region->~Region();
  }
  CHECK(regions_named("former").count == 0);
}

TEST_CASE("a region knows whose child it is") {
  const Sampled sampled;
  Region parent{{.name = "parent"}};
  REQUIRE(parent.allocate(100) != nullptr);
  Region child{child_of(parent), {.name = "child"}};
  REQUIRE(child.allocate(100) != nullptr);
  const check::PoolEntry* const entry =
      check::pool_entry(regions_named("child").last.parent);
  REQUIRE(entry != nullptr);
  CHECK(std::string(port::pool_name(entry->id)) == "parent");
}

TEST_CASE("a region outlives the mode") {
  {
    Region region{{.name = "outlives"}};
    {
      const Sampled sampled;
      REQUIRE(region.allocate(100) != nullptr);
    }
    region.reset();
    REQUIRE(region.allocate(100) != nullptr);
    CHECK(regions_named("outlives").count == 1);
    set_check_mode(CheckMode::full);
    region.reset();
    REQUIRE(region.allocate(100) != nullptr);
    set_check_mode(CheckMode::off);
    CHECK(regions_named("outlives").count == 1);
  }
  CHECK(regions_named("outlives").count == 0);
}

TEST_CASE("leaked regions are suspect in mode sampled") {
  const Sampled sampled;
  std::vector<std::unique_ptr<Region>> leaked;
  check::Suspect suspect;
  bool is_found = false;
  unsigned second = 0;
  for (; !is_found && second < 300; ++second) {
    test::now += 1'000;
    for (unsigned i = 0; i < 10; ++i) {
      auto region = std::make_unique<Region>(RegionOptions{.name = "request"});
      REQUIRE(region->allocate(100) != nullptr);
      if (i == 5 && second >= 10)
        leaked.push_back(std::move(region));
    }
    if (second < 10)
      test::now += 60'000;  // beyond the first minutes of the site
    is_found = is_suspect("request", suspect);
  }
  CHECK(is_found);
  CHECK(second <= 10 + 120);
  CHECK(suspect.bytes >= std::uint64_t{suspect.count} * 100);
}

TEST_CASE("a region that only grows is named in mode sampled") {
  const Sampled sampled;
  Region region{{.name = "grows"}};
  check::Suspect suspect;
  std::size_t bytes = 64 * KiB;
  bool is_found = false;
  for (unsigned i = 0; i < 20; ++i) {
    REQUIRE(region.allocate(bytes += bytes / 4) != nullptr);
    test::now += 10'000;
    is_found = is_suspect("grows", suspect);
  }
  CHECK(is_found);
  CHECK(suspect.pool != 0);
  CHECK(suspect.bytes == region.held());
}

TEST_CASE("of more regions than the budget allows some are listed") {
  const Sampled sampled;
  unsigned listed = 0;
  constexpr unsigned all = 100'000;
  for (unsigned i = 0; i < all; ++i)
    listed += check::may_list();
  CHECK(listed > 100);
  CHECK(listed < all / 5);
  // A second later so many more may be.
  test::now += 1'000;
  unsigned again = 0;
  for (unsigned i = 0; i < all; ++i)
    again += check::may_list();
  CHECK(again > 100);
  CHECK(again < all / 5);
}
