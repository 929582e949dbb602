// What throwing.hpp promises: the region's calls, never null.
#include "tarn/throwing.hpp"

#include "tarn/text.hpp"

#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <memory>
#include <new>
#include <string>
#include <vector>

using tarn::KiB;
using tarn::Region;
using tarn::test::count_up;
using tarn::test::CountingUpstream;
using tarn::test::Witness;

TEST_CASE("calls that find memory do what the region's do") {
  CountingUpstream upstream;
  std::vector<int> order;
  int runs = 0;
  Region region{upstream};
  auto view = tarn::throwing(region);
  void* const block = view.allocate(100, 32);
  CHECK(region.owns(block));
  CHECK(view.grow(block, 100, 200, 32) == block);
  CHECK(*static_cast<char*>(view.allocate_zeroed(10)) == 0);
  CHECK(*view.make<int>(7) == 7);
  CHECK(view.make_array<int>(3)[2] == 0);
  CHECK(view.copy("text") == "text");
  CHECK(view.concat("a", "b") == "ab");
  CHECK(view.make_child()->allocate(10) != nullptr);
  view.on_reset(count_up, &runs);
  view.adopt(std::make_unique<Witness>(order, 1));
  view.reserve(100 * KiB);
  CHECK(region.held() > 100 * KiB);
  const tarn::Mark mark = view.mark();
  CHECK(mark);
  region.reset();
  CHECK(runs == 1);
  CHECK(order.size() == 1);
}

TEST_CASE("calls that run out throw bad_alloc, the region is as before") {
  CountingUpstream upstream{0};
  std::vector<int> order;
  Region region{upstream};
  auto view = tarn::throwing(region);
  auto owner = std::make_unique<Witness>(order, 1);
  CHECK_THROWS_AS((void)view.allocate(1), std::bad_alloc);
  CHECK_THROWS_AS((void)view.allocate_zeroed(1), std::bad_alloc);
  CHECK_THROWS_AS((void)view.grow(nullptr, 0, 10), std::bad_alloc);
  CHECK_THROWS_AS((void)view.make<std::string>(), std::bad_alloc);
  CHECK_THROWS_AS((void)view.make_array<int>(3), std::bad_alloc);
  CHECK_THROWS_AS((void)view.make_child(), std::bad_alloc);
  CHECK_THROWS_AS((void)view.copy("text"), std::bad_alloc);
  CHECK_THROWS_AS((void)view.concat("a", "b"), std::bad_alloc);
  CHECK_THROWS_AS(view.on_reset(count_up, nullptr), std::bad_alloc);
  CHECK_THROWS_AS(view.adopt(std::move(owner)), std::bad_alloc);
  CHECK_THROWS_AS(view.reserve(10), std::bad_alloc);
  CHECK_THROWS_AS((void)view.mark(), std::bad_alloc);
  CHECK(owner != nullptr);
  CHECK(region.held() == 0);
  CHECK(region.ran_out());
  CHECK(region.check());
}
