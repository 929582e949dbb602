// What region.hpp promises of merge, detach and attach.
// BOARD
#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"
#include "support/has_system.hpp"
#include "support/witness.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using tarn::child_of;
using tarn::DetachedRegion;
using tarn::KiB;
using tarn::Mark;
using tarn::Region;
using tarn::test::CountingUpstream;
using tarn::test::fill_chunk;
using tarn::test::has_system;
using tarn::test::Witness;

namespace {

using Order = std::vector<int>;

// Blocks, a large block, a cleanup, two children: `base` numbers them.
void furnish(Region& region, Order& order, int base) {
  REQUIRE(region.make<Witness>(order, base) != nullptr);
  REQUIRE(region.allocate(100 * KiB) != nullptr);
  Region* const child = region.make_child();
  REQUIRE(child->make<Witness>(order, base + 1) != nullptr);
  REQUIRE(child->allocate(100 * KiB) != nullptr);
}

}  // namespace

TEST_CASE("merge takes over all that the other holds") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  auto other = std::optional<Region>{std::in_place, upstream};
  furnish(region, order, 10);
  furnish(*other, order, 20);
  auto* const text = static_cast<char*>(other->allocate(10));
  std::memcpy(text, "kept", 5);
  void* const large = other->allocate(50 * KiB);
  const std::size_t held = region.held() + other->held();
  const std::size_t used = region.stats().used + other->stats().used;
  REQUIRE(region.merge(*other));
  CHECK(region.held() == held);
  CHECK(region.stats().used == used);
  CHECK(region.stats().children == 2);
  CHECK(other->held() == 0);
  CHECK(other->stats().used == 0);
  CHECK(other->stats().children == 0);
  CHECK(other->stats().cleanups == 0);
  CHECK(region.check());
  CHECK(other->check());
  other.reset();
  CHECK(order.empty());
  CHECK(std::string(text) == "kept");
  CHECK(region.owns(text));
  CHECK(region.free_large(large));
  region.reset();
  CHECK(order == Order{21, 11, 20, 10});
  CHECK(upstream.loans_out() == 1);
}

TEST_CASE("the other is empty after a merge, and usable") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  Region other{upstream};
  for (int i = 0; i < 3; ++i) {
    furnish(other, order, 10 * i);
    REQUIRE(region.merge(other));
    CHECK(other.check());
  }
  other.reset();
  CHECK(order.empty());
  CHECK(other.held() == 0);
}

TEST_CASE("merge with an empty region changes nothing") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  Region empty{upstream};
  REQUIRE(region.merge(empty));
  CHECK(region.held() == 0);
  furnish(region, order, 1);
  const std::size_t held = region.held();
  REQUIRE(region.merge(empty));
  CHECK(region.held() == held);
  REQUIRE(empty.merge(region));
  CHECK(empty.held() == held);
  CHECK(region.held() == 0);
  CHECK(region.check());
  CHECK(empty.check());
}

TEST_CASE("a merge of a region with large blocks only keeps them") {
  CountingUpstream upstream;
  Region region{upstream};
  Region other{upstream};
  void* const block = other.allocate(100 * KiB);
  REQUIRE(region.merge(other));
  CHECK(region.owns(block));
  CHECK_FALSE(other.free_large(block));
  CHECK(region.free_large(block));
  CHECK(region.held() == 0);
}

TEST_CASE("merge is false, with nothing changed, where it may not be") {
  CountingUpstream upstream;
  CountingUpstream elsewhere;
  Order order;
  Region region{upstream};
  Region stranger{elsewhere};
  furnish(region, order, 1);
  furnish(stranger, order, 5);
  Region* const child = region.make_child();
  Region* const grandchild = child->make_child();
  const std::size_t held = region.held();
  CHECK_FALSE(region.merge(stranger));
  CHECK_FALSE(region.merge(region));
  CHECK_FALSE(child->merge(region));
  CHECK_FALSE(grandchild->merge(region));
  CHECK(region.held() == held);
  CHECK(order.empty());
  CHECK(region.merge(*grandchild));
  CHECK(region.merge(*child));
  CHECK(region.check());
}

TEST_CASE("merge is false inside the reset of either") {
  struct Merger {
    Region* into;
    Region* from;
    bool merged = true;
    static void run(void* p) noexcept {
      auto* const merger = static_cast<Merger*>(p);
      merger->merged = merger->into->merge(*merger->from);
    }
  };
  CountingUpstream upstream;
  Region region{upstream};
  Region other{upstream};
  Merger merger{&region, &other};
  REQUIRE(region.on_reset(Merger::run, &merger));
  region.reset();
  CHECK_FALSE(merger.merged);
  merger.merged = true;
  REQUIRE(other.on_reset(Merger::run, &merger));
  other.reset();
  CHECK_FALSE(merger.merged);
  merger.merged = true;
  const Mark mark = region.mark();
  REQUIRE(region.on_reset(Merger::run, &merger));
  region.rewind(mark);
  CHECK_FALSE(merger.merged);
}

TEST_CASE("the children of the other become children, in their order") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  std::optional<Region> other{std::in_place, upstream};
  Region old{child_of(region)};
  REQUIRE(old.make<Witness>(order, 1) != nullptr);
  Region first{child_of(*other)};
  Region second{child_of(*other)};
  REQUIRE(first.make<Witness>(order, 2) != nullptr);
  REQUIRE(second.make<Witness>(order, 3) != nullptr);
  REQUIRE(region.merge(*other));
  other.reset();
  region.reset();
  CHECK(order == Order{3, 2, 1});
}

TEST_CASE("a rewind ends what was merged since the mark, and no more") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  furnish(region, order, 1);
  const Mark mark = region.mark();
  const std::size_t held = region.held();
  const std::size_t used = region.stats().used;
  for (int i = 0; i < 3; ++i) {
    Region other{upstream};
    furnish(other, order, 10);
    REQUIRE(region.merge(other));
    furnish(region, order, 20);
    region.rewind(mark);
    CHECK(order == Order{21, 11, 20, 10});
    CHECK(region.held() == held);
    CHECK(region.stats().used == used);
    CHECK(region.check());
    order.clear();
  }
}

TEST_CASE("after a merge the chunk with more room is filled on") {
  CountingUpstream upstream;
  Region region{upstream};
  Region other{upstream};
  REQUIRE(region.allocate(16) != nullptr);
  REQUIRE(other.allocate(16) != nullptr);
  fill_chunk(other, 100);
  REQUIRE(region.merge(other));
  CHECK(tarn::test::room_left(region) > KiB);
  Region third{upstream};
  auto* const block = static_cast<char*>(third.allocate(16));
  fill_chunk(region, 50);
  REQUIRE(region.merge(third));
  CHECK(region.allocate(16) == block + 16);
  CHECK(upstream.loans_out() == 3);
}

TEST_CASE("running out goes along with a merge") {
  CountingUpstream upstream;
  Region region{upstream};
  Region other{upstream};
  REQUIRE(other.allocate(SIZE_MAX) == nullptr);
  REQUIRE(region.merge(other));
  CHECK(region.ran_out());
  CHECK_FALSE(other.ran_out());
}

TEST_CASE("what the other's retain kept goes back at a merge") {
  CountingUpstream upstream;
  Region region{upstream};
  Region other{upstream, {.retain = tarn::retain_all}};
  REQUIRE(other.allocate(16) != nullptr);
  fill_chunk(other);
  REQUIRE(other.allocate(16) != nullptr);
  other.reset();
  CHECK(upstream.loans_out() == 2);
  REQUIRE(region.merge(other));
  CHECK(upstream.loans_out() == 1);
  CHECK(region.held() == upstream.bytes_out());
}

TEST_CASE("detach leaves the region empty, as after a reset") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream, {.name = "source"}};
  furnish(region, order, 1);
  const std::size_t held = region.held();
  {
    const DetachedRegion detached = region.detach();
    CHECK(detached.held() == held);
    CHECK(region.held() == 0);
    CHECK(region.check());
    CHECK(order.empty());
  }
  CHECK(order == Order{2, 1});
  CHECK(upstream.loans_out() == 0);
  REQUIRE(region.allocate(10) != nullptr);
}

TEST_CASE("a detached region can be moved, and ends what it holds") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  furnish(region, order, 1);
  DetachedRegion first = region.detach();
  const std::size_t held = first.held();
  DetachedRegion second{std::move(first)};
  CHECK(first.held() == 0);
  CHECK(second.held() == held);
  furnish(region, order, 11);
  DetachedRegion third = region.detach();
  third = std::move(second);
  CHECK(order == Order{12, 11});
  CHECK(third.held() == held);
  DetachedRegion& same = third;
  third = std::move(same);
  CHECK(third.held() == held);
}

TEST_CASE("attach takes over what was detached") {
  CountingUpstream upstream;
  Order order;
  Region region{upstream};
  Region target{upstream};
  furnish(region, order, 1);
  const std::size_t held = region.held();
  REQUIRE(target.attach(region.detach()));
  CHECK(target.held() == held);
  CHECK(order.empty());
  target.reset();
  CHECK(order == Order{2, 1});
}

TEST_CASE("attach of another upstream's is false, and nothing is lost") {
  CountingUpstream upstream;
  CountingUpstream elsewhere;
  Order order;
  Region region{upstream};
  Region target{elsewhere};
  furnish(region, order, 1);
  DetachedRegion detached = region.detach();
  CHECK_FALSE(target.attach(std::move(detached)));
  CHECK(detached.held() != 0);
  CHECK(order.empty());
  CHECK(target.held() == 0);
}

TEST_CASE("a region made from a detached one has its options") {
  CountingUpstream upstream;
  Order order;
  Region source{upstream,
                {.name = "source",
                 .first_chunk = 2 * KiB,
                 .max_chunk = 8 * KiB,
                 .retain = tarn::retain_all}};
  REQUIRE(source.make<Witness>(order, 1) != nullptr);
  {
    Region region{source.detach()};
    CHECK((!has_system || std::string(region.name()) == "source"));
    REQUIRE(region.allocate(KiB) != nullptr);
    fill_chunk(region);
    upstream.asks.clear();
    REQUIRE(region.allocate(16) != nullptr);
    CHECK(upstream.asks[0].size == 8 * KiB);
    region.reset();
    CHECK(order == Order{1});
    CHECK(upstream.loans_out() == 2);
  }
  CHECK((!has_system || std::string(source.name()) == "source"));
}
