// What allocator.hpp promises of HeapAllocator, the table of docs/contract.md
// included.
#include "tarn/allocator.hpp"
#include "tarn/heap.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using tarn::default_heap;
using tarn::Heap;
using tarn::HeapAllocator;

namespace {

using Numbers = std::vector<int, HeapAllocator<int>>;

struct Two {
  Heap first;
  Heap second;
  Numbers a{{1, 2, 3}, first};
  Numbers b{{4, 5, 6, 7}, second};
};

struct alignas(256) Wide {
  char bytes[256];
};

}  // namespace

TEST_CASE("containers take their elements from the heap") {
  Numbers numbers;
  CHECK(&numbers.get_allocator().heap() == &default_heap());
  for (int i = 0; i < 100'000; ++i)
    numbers.push_back(i);
  CHECK(numbers[99'999] == 99'999);
  CHECK(default_heap().usable_size(numbers.data()) >= 400'000);
  std::list<int, HeapAllocator<int>> list{1, 2, 3};
  CHECK(list.back() == 3);
  std::map<int, int, std::less<>, HeapAllocator<std::pair<const int, int>>> map;
  map[7] = 8;
  CHECK(map.at(7) == 8);
  std::vector<Wide, HeapAllocator<Wide>> wide(3);
  CHECK(reinterpret_cast<std::uintptr_t>(wide.data()) % 256 == 0);
}

TEST_CASE("a block goes back to the heap, from any thread") {
  HeapAllocator<char> allocator;
  char* const block = allocator.allocate(100);
  allocator.deallocate(block, 100);
  CHECK(allocator.allocate(100) == block);
  std::thread([&] {
    HeapAllocator<char> other;
    other.deallocate(block, 100);
  }).join();
}

TEST_CASE("allocate throws when memory ran out or the size cannot be") {
  HeapAllocator<int> allocator;
  CHECK_THROWS_AS((void)allocator.allocate(SIZE_MAX / 16), std::bad_alloc);
  CHECK_THROWS_AS((void)allocator.allocate(SIZE_MAX / 2),
                  std::bad_array_new_length);
}

TEST_CASE("a shared pointer and its count are one block of the heap") {
  const auto shared = std::allocate_shared<int>(HeapAllocator<int>{}, 7);
  CHECK(*shared == 7);
  CHECK(shared.use_count() == 1);
}

TEST_CASE("allocators are equal when their heap is the same") {
  Heap heap;
  const HeapAllocator<int> a{heap};
  const HeapAllocator<char> same{a};
  CHECK(a == same);
  CHECK(a != HeapAllocator<int>{});
  CHECK(HeapAllocator<int>{} == HeapAllocator<char>{default_heap()});
  CHECK(&same.heap() == &heap);
  CHECK_FALSE(
      std::allocator_traits<HeapAllocator<int>>::is_always_equal::value);
}

TEST_CASE("copy construction takes the source's heap") {
  Two two;
  const Numbers copy{two.a};
  CHECK(copy == two.a);
  CHECK(copy.data() != two.a.data());
  CHECK(&copy.get_allocator().heap() == &two.first);
}

TEST_CASE("move construction takes the source's heap and elements") {
  Two two;
  const int* const data = two.a.data();
  const Numbers moved{std::move(two.a)};
  CHECK(moved.data() == data);
  CHECK(&moved.get_allocator().heap() == &two.first);
}

TEST_CASE("copy assignment keeps its own heap") {
  Two two;
  two.a = two.b;
  CHECK(two.a == two.b);
  CHECK(&two.a.get_allocator().heap() == &two.first);
}

TEST_CASE("move assignment takes heap and elements, also from another") {
  Two two;
  const int* const of_b = two.b.data();
  two.a = std::move(two.b);
  CHECK(two.a.data() == of_b);
  CHECK(&two.a.get_allocator().heap() == &two.second);
}

TEST_CASE("swap exchanges elements, and heaps where they differ") {
  Two two;
  const int* const of_a = two.a.data();
  const int* const of_b = two.b.data();
  std::swap(two.a, two.b);
  CHECK(two.a.data() == of_b);
  CHECK(two.b.data() == of_a);
  CHECK(&two.a.get_allocator().heap() == &two.second);
  CHECK(&two.b.get_allocator().heap() == &two.first);
}

TEST_CASE("select_on_container_copy_construction is the source's heap") {
  Two two;
  using Traits = std::allocator_traits<HeapAllocator<int>>;
  const auto chosen =
      Traits::select_on_container_copy_construction(two.a.get_allocator());
  CHECK(&chosen.heap() == &two.first);
}
