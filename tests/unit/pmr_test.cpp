// What pmr.hpp promises, the table of docs/contract.md included.
#include "tarn/pmr.hpp"

#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using tarn::KiB;
using tarn::Mark;
using tarn::MiB;
using tarn::Region;
using tarn::test::CountingUpstream;

namespace {

using Text = std::pmr::string;
using Numbers = std::pmr::vector<int>;

constexpr const char* long_text = "text that is longer than a string's own";

// Two regions, and a container over each.
struct Two {
  CountingUpstream upstream;
  Region first{upstream};
  Region second{upstream};
  Numbers a{{1, 2, 3}, first.resource()};
  Numbers b{{4, 5, 6, 7}, second.resource()};
};

}  // namespace

TEST_CASE("make gives the resource to what takes an allocator") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const lines = region.make<std::pmr::vector<Text>>();
  REQUIRE(lines != nullptr);
  CHECK(lines->get_allocator().resource() == region.resource());
  lines->emplace_back(long_text);
  CHECK((*lines)[0].get_allocator().resource() == region.resource());
  CHECK(region.owns(lines));
  CHECK(region.owns(lines->data()));
  CHECK(region.owns((*lines)[0].data()));
  const Text* const text = region.make<Text>(long_text);
  CHECK(*text == long_text);
  CHECK(region.owns(text->data()));
}

TEST_CASE("make gives nested containers the resource too") {
  CountingUpstream upstream;
  Region region{upstream};
  using Map = std::pmr::map<Text, std::pmr::vector<Text>>;
  auto* const map = region.make<Map>();
  (*map)[Text{long_text, region.resource()}].emplace_back(long_text);
  CHECK(region.owns(map->begin()->first.data()));
  CHECK(region.owns(map->begin()->second[0].data()));
  region.reset();
}

TEST_CASE("what has an allocator of its own kind is made as it is") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const numbers = region.make<std::vector<int>>(3u, 7);
  CHECK(*numbers == std::vector<int>{7, 7, 7});
  CHECK_FALSE(region.owns(numbers->data()));
}

TEST_CASE("resource is one, at the same address whatever is reset") {
  CountingUpstream upstream;
  Region region{upstream};
  std::pmr::memory_resource* const resource = region.resource();
  CHECK(region.resource() == resource);
  for (int round = 0; round < 3; ++round) {
    REQUIRE(region.allocate(100 * KiB) != nullptr);
    tarn::test::fill_chunk(region);
    REQUIRE(region.allocate(100) != nullptr);
    region.reset();
    CHECK(region.resource() == resource);
    CHECK(region.check());
    Numbers numbers{{1, 2, 3}, resource};
    CHECK(region.owns(numbers.data()));
  }
}

TEST_CASE("resource keeps its chunk, also when it came late") {
  CountingUpstream upstream;
  Region region{upstream, {.retain = tarn::retain_all}};
  REQUIRE(region.allocate(100) != nullptr);
  tarn::test::fill_chunk(region);
  REQUIRE(region.allocate(100) != nullptr);
  std::pmr::memory_resource* const resource = region.resource();
  const Mark mark = region.mark();
  tarn::test::fill_chunk(region);
  REQUIRE(region.allocate(100) != nullptr);
  region.rewind(mark);
  CHECK(region.resource() == resource);
  region.reset();
  region.reset();
  CHECK(region.resource() == resource);
  CHECK(resource->allocate(10) != nullptr);
  CHECK(region.check());
}

TEST_CASE("resource takes no memory but a first chunk") {
  CountingUpstream upstream;
  Region region{upstream};
  (void)region.resource();
  CHECK(upstream.loans_out() == 1);
  CHECK(region.stats().used == 0);
  CHECK(region.check());
}

TEST_CASE("resource throws when a first chunk cannot be had, make does not") {
  CountingUpstream upstream{0};
  Region region{upstream};
  CHECK_THROWS_AS((void)region.resource(), std::bad_alloc);
  CHECK(region.ran_out());
  CHECK(region.make<Numbers>() == nullptr);
  upstream.refuse_after(CountingUpstream::never);
  CHECK(region.make<Numbers>() != nullptr);
}

TEST_CASE("allocate throws bad_alloc when memory ran out") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const resource = region.resource();
  CHECK_THROWS_AS((void)resource->allocate(SIZE_MAX / 2), std::bad_alloc);
  CHECK(region.ran_out());
}

TEST_CASE("the resource gives any size at any alignment") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const resource = region.resource();
  for (std::size_t align = 1; align <= 64 * KiB; align *= 2) {
    void* const block = resource->allocate(33, align);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % align == 0);
  }
  CHECK(resource->allocate(0) != nullptr);
}

TEST_CASE("two resources are equal when they are the same one") {
  CountingUpstream upstream;
  Region first{upstream};
  Region second{upstream};
  CHECK(*first.resource() == *first.resource());
  CHECK(*first.resource() != *second.resource());
  CHECK(*first.resource() != *std::pmr::new_delete_resource());
  CHECK(&first.resource()->region() == &first);
}

TEST_CASE("a container that grows as the newest block moves only once") {
  CountingUpstream upstream;
  Region region{upstream};
  Numbers numbers{region.resource()};
  for (int i = 0; i < 100000; ++i)
    numbers.push_back(i);
  CHECK(numbers[99999] == 99999);
  CHECK(region.check());
  // What doublings left behind is recycled or freed, not kept: without that
  // it would be as much again.
  CHECK(region.stats().used < 2 * numbers.capacity() * sizeof(int));
}

TEST_CASE("deallocate recycles in the region") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const resource = region.resource();
  void* const table = resource->allocate(200);
  void* const block = resource->allocate(1000);
  REQUIRE(resource->allocate(1) != nullptr);
  resource->deallocate(table, 200);
  resource->deallocate(block, 1000);
  tarn::test::fill_chunk(region);
  CHECK(resource->allocate(500) == block);
}

TEST_CASE("containers made in a merged region then grow in the other") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.allocate(10) != nullptr);
  Numbers* numbers = nullptr;
  {
    Region other{upstream};
    numbers = other.make<Numbers>();
    numbers->assign(100, 7);
    REQUIRE(region.merge(other));
    CHECK(
        &static_cast<tarn::RegionResource*>(numbers->get_allocator().resource())
             ->region() == &region);
    auto* const again = other.make<Numbers>();
    again->push_back(1);
    CHECK(other.owns(again->data()));
    CHECK(*other.resource() != *numbers->get_allocator().resource());
  }
  for (int i = 0; i < 100000; ++i)
    numbers->push_back(i);
  CHECK((*numbers)[99] == 7);
  CHECK(region.owns(numbers->data()));
  CHECK(region.check());
  region.reset();
  CHECK(region.make<Numbers>() != nullptr);
}

TEST_CASE("containers go along with detach and attach, through many hands") {
  CountingUpstream upstream;
  Region source{upstream};
  auto* const numbers = source.make<Numbers>();
  std::optional<tarn::DetachedRegion> detached{source.detach()};
  tarn::DetachedRegion moved{std::move(*detached)};
  detached.reset();
  Region target{std::move(moved)};
  numbers->assign(100000, 3);
  CHECK(target.owns(numbers->data()));
  Region last{upstream};
  REQUIRE(last.attach(target.detach()));
  numbers->assign(200000, 4);
  CHECK(last.owns(numbers->data()));
  CHECK(last.check());
}

TEST_CASE("a resource that came by a merge serves an empty region as its own") {
  CountingUpstream upstream;
  Region region{upstream};
  Region other{upstream};
  auto* const resource = other.resource();
  REQUIRE(region.merge(other));
  CHECK(region.resource() == resource);
  region.reset();
  CHECK(region.resource() == resource);
}

TEST_CASE("containers of a child are the child's") {
  CountingUpstream upstream;
  Region parent{upstream};
  Region* const child = parent.make_child();
  auto* const numbers = child->make<Numbers>();
  numbers->assign(10, 1);
  CHECK(child->owns(numbers->data()));
  CHECK(parent.resource() != child->resource());
}

TEST_CASE("pmr copy construction takes the default resource") {
  Two two;
  const Numbers copy{two.a};
  CHECK(copy == two.a);
  CHECK(copy.get_allocator().resource() == std::pmr::get_default_resource());
  CHECK_FALSE(two.first.owns(copy.data()));
}

TEST_CASE("pmr move construction takes the source's region") {
  Two two;
  const int* const data = two.a.data();
  const Numbers moved{std::move(two.a)};
  CHECK(moved.data() == data);
  CHECK(moved.get_allocator().resource() == two.first.resource());
}

TEST_CASE("pmr copy assignment keeps its own, elements are copied") {
  Two two;
  two.a = two.b;
  CHECK(two.a == Numbers{4, 5, 6, 7});
  CHECK(two.first.owns(two.a.data()));
  CHECK(two.a.get_allocator().resource() == two.first.resource());
}

TEST_CASE("pmr move assignment in one region takes the elements") {
  Two two;
  Numbers c{two.first.resource()};
  const int* const data = two.a.data();
  c = std::move(two.a);
  CHECK(c.data() == data);
}

TEST_CASE("pmr move assignment between regions moves the elements") {
  Two two;
  two.a = std::move(two.b);
  CHECK(two.a == Numbers{4, 5, 6, 7});
  CHECK(two.first.owns(two.a.data()));
}

TEST_CASE("pmr swap in one region exchanges the elements") {
  Two two;
  Numbers c{{9, 9}, two.first.resource()};
  const int* const of_a = two.a.data();
  const int* const of_c = c.data();
  std::swap(two.a, c);
  CHECK(two.a.data() == of_c);
  CHECK(c.data() == of_a);
}

TEST_CASE("pmr select_on_container_copy_construction is the default") {
  Two two;
  CHECK(two.a.get_allocator()
            .select_on_container_copy_construction()
            .resource() == std::pmr::get_default_resource());
}
