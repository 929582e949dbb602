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
