// What allocator.hpp promises, the table of docs/contract.md included.
#include "tarn/allocator.hpp"

#include "tarn/pmr.hpp"

#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <list>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

using tarn::KiB;
using tarn::Region;
using tarn::RegionAllocator;
using tarn::test::CountingUpstream;
using tarn::test::fill_chunk;

namespace {

using Numbers = std::vector<int, RegionAllocator<int>>;

struct Two {
  CountingUpstream upstream;
  Region first{upstream};
  Region second{upstream};
  Numbers a{{1, 2, 3}, first};
  Numbers b{{4, 5, 6, 7}, second};
};

struct alignas(64) Wide {
  char bytes[64];
};

}  // namespace

TEST_CASE("containers take their elements from the region") {
  CountingUpstream upstream;
  Region region{upstream};
  Numbers numbers{{region}};
  for (int i = 0; i < 100000; ++i)
    numbers.push_back(i);
  CHECK(numbers[99999] == 99999);
  CHECK(region.owns(numbers.data()));
  std::list<int, RegionAllocator<int>> list{{1, 2, 3}, region};
  CHECK(region.owns(&list.front()));
  std::vector<Wide, RegionAllocator<Wide>> wide(3, region);
  CHECK(reinterpret_cast<std::uintptr_t>(wide.data()) % 64 == 0);
  CHECK(region.check());
}

TEST_CASE("a container with the allocator can be made in the region") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const numbers = region.make<Numbers>(RegionAllocator<int>{region});
  numbers->assign(10, 7);
  CHECK(region.owns(numbers->data()));
}

TEST_CASE("allocate throws when memory ran out or the size cannot be") {
  CountingUpstream upstream{0};
  Region region{upstream};
  RegionAllocator<int> allocator{region};
  CHECK_THROWS_AS((void)allocator.allocate(1), std::bad_alloc);
  CHECK_THROWS_AS((void)allocator.allocate(SIZE_MAX / 2),
                  std::bad_array_new_length);
  CHECK(region.ran_out());
}

TEST_CASE("deallocate recycles in the region") {
  CountingUpstream upstream;
  Region region{upstream};
  RegionAllocator<char> allocator{region};
  char* const table = allocator.allocate(208);
  char* const block = allocator.allocate(1000);
  REQUIRE(allocator.allocate(1) != nullptr);
  allocator.deallocate(table, 208);
  allocator.deallocate(block, 1000);
  fill_chunk(region);
  CHECK(allocator.allocate(500) == block);
}

TEST_CASE("allocators are equal when their region is the same") {
  Two two;
  const RegionAllocator<int> a{two.first};
  const RegionAllocator<char> same{a};
  const RegionAllocator<int> other{two.second};
  CHECK(a == same);
  CHECK(a != other);
  CHECK(&same.region() == &two.first);
  using Traits = std::allocator_traits<RegionAllocator<int>>;
  CHECK_FALSE(Traits::is_always_equal::value);
}

TEST_CASE("copy construction takes the source's region") {
  Two two;
  const Numbers copy{two.a};
  CHECK(copy == two.a);
  CHECK(copy.data() != two.a.data());
  CHECK(two.first.owns(copy.data()));
}

TEST_CASE("move construction takes the source's region and elements") {
  Two two;
  const int* const data = two.a.data();
  const Numbers moved{std::move(two.a)};
  CHECK(moved.data() == data);
  CHECK(&moved.get_allocator().region() == &two.first);
}

TEST_CASE("copy assignment keeps its own region") {
  Two two;
  two.a = two.b;
  CHECK(two.a == two.b);
  CHECK(two.first.owns(two.a.data()));
  CHECK(&two.a.get_allocator().region() == &two.first);
}

TEST_CASE("move assignment takes region and elements, also from another") {
  Two two;
  const int* const of_b = two.b.data();
  two.a = std::move(two.b);
  CHECK(two.a.data() == of_b);
  CHECK(&two.a.get_allocator().region() == &two.second);
  Numbers c{{two.second}};
  c = std::move(two.a);
  CHECK(c.data() == of_b);
}

TEST_CASE("swap exchanges elements, and regions where they differ") {
  Two two;
  const int* const of_a = two.a.data();
  const int* const of_b = two.b.data();
  std::swap(two.a, two.b);
  CHECK(two.a.data() == of_b);
  CHECK(two.b.data() == of_a);
  CHECK(&two.a.get_allocator().region() == &two.second);
  CHECK(&two.b.get_allocator().region() == &two.first);
  Numbers c{{9}, two.first};
  std::swap(c, two.b);
  CHECK(c.data() == of_a);
}

TEST_CASE("select_on_container_copy_construction is the source's region") {
  Two two;
  using Traits = std::allocator_traits<RegionAllocator<int>>;
  const auto chosen =
      Traits::select_on_container_copy_construction(two.a.get_allocator());
  CHECK(&chosen.region() == &two.first);
}
