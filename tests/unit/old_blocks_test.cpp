// Blocks of heaps in mode full, each of which counts.
#include "tarn/heap.hpp"

#include "check/shadow.hpp"
#include "check/suspects.hpp"
#include "support/old_site.hpp"
#include "support/own_clock.hpp"

#include <cstdint>
#include <doctest/doctest.h>

namespace {

using namespace tarn;
using test::OldSite;

class Blocks final : public test::Lender {
 public:
  void* take() override { return heap_.allocate(48); }
  void give_back(void* block) override { heap_.deallocate(block); }

 private:
  Heap heap_{HeapOptions{.checks = CheckMode::full}};
};

}  // namespace

TEST_CASE("sites of blocks that are steady, cyclic or grow are not suspect") {
  CHECK(test::suspected<Blocks>(test::steady) == 0);
  CHECK(test::suspected<Blocks>(test::cyclic) == 0);
  CHECK(test::suspected<Blocks>(test::growing) == 0);
}

TEST_CASE("blocks that are kept from the start on are not suspect") {
  for (const double rate : {0.0, 5.0}) {
    Blocks blocks;
    OldSite cache{blocks, 1};
    cache.keep(500);
    CHECK(cache.suspect_after([rate](double) { return rate; }) == 0);
  }
}

TEST_CASE("leaked blocks are suspect soon after") {
  if (check::follows_sanitizer())
    return;
  CHECK(test::found_within<Blocks>(2 * 60, 1) == test::runs);
  CHECK(test::found_within<Blocks>(5 * 60, 10) == test::runs);
  CHECK(test::found_within<Blocks>(20 * 60, 100) == test::runs);
}

TEST_CASE(
    "a suspect of blocks says how many there are and how long they live") {
  if (check::follows_sanitizer())
    return;
  Blocks blocks;
  OldSite site{blocks, 1};
  REQUIRE(site.suspect_after(test::steady, 1) != 0);
  REQUIRE(site.found().size() == 1);
  const check::Suspect& one = site.found()[0];
  CHECK(one.kind == PoolKind::heap);
  CHECK(!one.is_drawn);
  CHECK(one.count >= check::least_old);
  CHECK(one.bytes == std::uint64_t{one.count} * 48);
  CHECK(one.completed > 1000);
  CHECK(one.longest_ms <= 11'000);
  CHECK(one.oldest_ms >= check::least_age_ms);
}
