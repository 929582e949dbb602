// Objects of pools in mode full, each of which counts.
#include "tarn/object_pool.hpp"

#include "check/shadow.hpp"
#include "check/suspects.hpp"
#include "support/old_site.hpp"
#include "support/own_clock.hpp"

#include <cstdint>
#include <doctest/doctest.h>

namespace {

using namespace tarn;
using test::OldSite;

using Objects = test::Objects<CheckMode::full>;

}  // namespace

TEST_CASE("sites of objects that are steady, cyclic or grow are not suspect") {
  CHECK(test::suspected<Objects>(test::steady) == 0);
  CHECK(test::suspected<Objects>(test::cyclic) == 0);
  CHECK(test::suspected<Objects>(test::growing) == 0);
}

TEST_CASE("objects that are kept from the start on are not suspect") {
  for (const double rate : {0.0, 5.0}) {
    Objects objects;
    OldSite cache{objects, 1};
    cache.keep(500);
    CHECK(cache.suspect_after([rate](double) { return rate; }) == 0);
  }
}

TEST_CASE("leaked objects are suspect soon after") {
  if (check::follows_sanitizer())
    return;
  CHECK(test::found_within<Objects>(2 * 60, 1) == test::runs);
  CHECK(test::found_within<Objects>(5 * 60, 10) == test::runs);
  CHECK(test::found_within<Objects>(20 * 60, 100) == test::runs);
}

TEST_CASE("a suspect of objects says how many there are, and of which pool") {
  if (check::follows_sanitizer())
    return;
  Objects objects;
  OldSite site{objects, 1};
  REQUIRE(site.suspect_after(test::steady, 1) != 0);
  REQUIRE(site.found().size() == 1);
  const check::Suspect& one = site.found()[0];
  CHECK(one.kind == PoolKind::object_pool);
  CHECK(!one.is_drawn);
  CHECK(one.count >= check::least_old);
  CHECK(one.bytes == std::uint64_t{one.count} * sizeof(test::Object));
  CHECK(one.completed > 1000);
  CHECK(one.longest_ms <= 11'000);
  CHECK(one.oldest_ms >= check::least_age_ms);
}
