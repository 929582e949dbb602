// What region.hpp promises of children.
// BOARD
#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"
#include "support/has_system.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using tarn::child_of;
using tarn::KiB;
using tarn::Region;
using tarn::test::CountingUpstream;
using tarn::test::has_system;
using tarn::test::Witness;

namespace {
using Order = std::vector<int>;
}

TEST_CASE("a child borrows from its parent's upstream") {
  CountingUpstream upstream;
  Region parent{upstream};
  Region child{child_of(parent)};
  REQUIRE(child.allocate(10) != nullptr);
  CHECK(upstream.loans_out() == 1);
  CHECK(parent.held() == 0);
  CHECK(parent.stats().children == 1);
}

TEST_CASE("reset resets children from child_of, which stay usable") {
  CountingUpstream upstream;
  Order order;
  Region parent{upstream};
  Region child{child_of(parent), {.name = "child"}};
  REQUIRE(child.make<Witness>(order, 1) != nullptr);
  parent.reset();
  CHECK(order == Order{1});
  CHECK(child.stats().used == 0);
  REQUIRE(child.make<Witness>(order, 2) != nullptr);
  CHECK((!has_system || std::string(child.name()) == "child"));
  parent.reset();
  CHECK(order == Order{1, 2});
}

TEST_CASE("a child from make_child lives in its parent's memory") {
  CountingUpstream upstream;
  Order order;
  Region parent{upstream};
  Region* const child = parent.make_child({.name = "made"});
  REQUIRE(child != nullptr);
  CHECK(parent.owns(child));
  CHECK((!has_system || std::string(child->name()) == "made"));
  REQUIRE(child->make<Witness>(order, 1) != nullptr);
  parent.reset();
  CHECK(order == Order{1});
  CHECK(parent.stats().children == 0);
  CHECK(upstream.loans_out() == 1);
}

TEST_CASE("make_child that runs out is nullptr and makes no child") {
  CountingUpstream upstream{0};
  Region parent{upstream};
  CHECK(parent.make_child() == nullptr);
  CHECK(parent.ran_out());
  CHECK(parent.stats().children == 0);
}

TEST_CASE("reset ends children newest first, then cleanups newest first") {
  CountingUpstream upstream;
  Order order;
  Region parent{upstream};
  REQUIRE(parent.make<Witness>(order, 1) != nullptr);
  Region first{child_of(parent)};
  REQUIRE(first.make<Witness>(order, 2) != nullptr);
  Region* const second = parent.make_child();
  REQUIRE(second->make<Witness>(order, 3) != nullptr);
  REQUIRE(second->make<Witness>(order, 4) != nullptr);
  Region* const grandchild = second->make_child();
  REQUIRE(grandchild->make<Witness>(order, 5) != nullptr);
  REQUIRE(parent.make<Witness>(order, 6) != nullptr);
  REQUIRE(first.make<Witness>(order, 7) != nullptr);
  parent.reset();
  CHECK(order == Order{5, 4, 3, 7, 2, 6, 1});
}

TEST_CASE("a child may end before its parent, in any order") {
  CountingUpstream upstream;
  Order order;
  Region parent{upstream};
  std::vector<std::unique_ptr<Region>> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(std::make_unique<Region>(child_of(parent)));
    REQUIRE(children.back()->make<Witness>(order, i) != nullptr);
  }
  for (const std::size_t i : {1u, 3u, 0u}) {
    children[i].reset();
    CHECK(parent.check());
  }
  CHECK(order == Order{1, 3, 0});
  CHECK(parent.stats().children == 1);
  parent.reset();
  CHECK(order == Order{1, 3, 0, 2});
}

TEST_CASE("the end of a parent ends what its made children hold") {
  CountingUpstream upstream;
  Order order;
  {
    Region parent{upstream};
    Region* const child = parent.make_child();
    REQUIRE(child->make<Witness>(order, 1) != nullptr);
    REQUIRE(child->allocate(100 * KiB) != nullptr);
  }
  CHECK(order == Order{1});
}

TEST_CASE("a parent may own its child as an adopted object") {
  CountingUpstream upstream;
  Order order;
  Region parent{upstream};
  auto owner = std::make_unique<Region>(child_of(parent));
  REQUIRE(owner->make<Witness>(order, 1) != nullptr);
  REQUIRE(parent.adopt(std::move(owner)));
  parent.reset();
  CHECK(order == Order{1});
  CHECK(parent.stats().children == 0);
}

TEST_CASE("a cleanup of a child may end any of its siblings") {
  struct Ender {
    std::optional<Region>* sibling;
    static void run(void* p) noexcept {
      static_cast<Ender*>(p)->sibling->reset();
    }
  };
  for (const std::size_t victim : {0u, 1u, 3u}) {
    CountingUpstream upstream;
    Order order;
    Region parent{upstream};
    std::optional<Region> children[4];
    Ender ender{&children[victim]};
    for (int i = 0; i < 4; ++i) {
      children[i].emplace(child_of(parent));
      REQUIRE(children[i]->make<Witness>(order, i) != nullptr);
    }
    REQUIRE(children[2]->on_reset(Ender::run, &ender));
    parent.reset();
    CHECK(order.size() == 4);
    CHECK_FALSE(children[victim].has_value());
    CHECK(parent.stats().children == 3);
    CHECK(parent.check());
  }
}

TEST_CASE("a child is no part of what its parent has run out of") {
  CountingUpstream upstream;
  Region parent{upstream};
  Region child{child_of(parent)};
  upstream.most = 0;
  CHECK(child.allocate(10) == nullptr);
  CHECK(child.ran_out());
  CHECK_FALSE(parent.ran_out());
  parent.reset();
  CHECK_FALSE(child.ran_out());
}

TEST_CASE("a child that outgrows rewinds of its parent is only emptied") {
  CountingUpstream upstream;
  Order order;
  Region parent{upstream};
  Region before{child_of(parent)};
  REQUIRE(before.make<Witness>(order, 1) != nullptr);
  const tarn::Mark mark = parent.mark();
  Region after{child_of(parent)};
  REQUIRE(after.make<Witness>(order, 2) != nullptr);
  Region* const made = parent.make_child();
  REQUIRE(made->make<Witness>(order, 3) != nullptr);
  parent.rewind(mark);
  CHECK(order == Order{3, 2});
  CHECK(parent.stats().children == 2);
  REQUIRE(after.make<Witness>(order, 4) != nullptr);
  parent.rewind(mark);
  CHECK(order == Order{3, 2, 4});
}

// It was taken for one that has nothing but blocks, once it had been reset.
TEST_CASE(
    "with shared_children a child born after a reset ends with its parent" *
    doctest::skip(!has_system)) {
  Order order;
  {
    Region parent{{.shared_children = true}};
    REQUIRE(parent.allocate(10) != nullptr);
    for (int round = 0; round < 3; ++round) {
      parent.reset();
      CHECK(order.size() == static_cast<std::size_t>(round));
      Region* const child = parent.make_child();
      REQUIRE(child != nullptr);
      REQUIRE(child->make<Witness>(order, round) != nullptr);
    }
  }
  CHECK(order == Order{0, 1, 2});
}
