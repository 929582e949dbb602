// What pmr.hpp promises of HeapResource.
#include "tarn/heap.hpp"
#include "tarn/pmr.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <memory_resource>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using tarn::default_heap;
using tarn::Heap;
using tarn::HeapResource;
using tarn::Region;

namespace {

// Equal to everything, as far as it is asked.
class Stranger final : public std::pmr::memory_resource {
  void* do_allocate(std::size_t, std::size_t) override { return nullptr; }
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  bool do_is_equal(const memory_resource&) const noexcept override {
    return true;
  }
};

}  // namespace

TEST_CASE("a container takes its elements from the heap and gives them back") {
  HeapResource resource;
  CHECK(&resource.heap() == &default_heap());
  const char* freed = nullptr;
  {
    std::pmr::string text(100, 'x', &resource);
    freed = text.data();
    CHECK(default_heap().usable_size(text.data()) == 112);
  }
  void* const block = default_heap().allocate(101);
  CHECK(block == freed);
  default_heap().deallocate(block);
}

TEST_CASE("blocks lie at the alignment asked for") {
  HeapResource resource;
  for (std::size_t align = 1; align <= 1 << 20; align *= 2) {
    void* const block = resource.allocate(100, align);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % align == 0);
    resource.deallocate(block, 100, align);
  }
}

TEST_CASE("running out is a bad_alloc") {
  HeapResource resource;
  CHECK_THROWS_AS((void)resource.allocate(SIZE_MAX / 2), std::bad_alloc);
  CHECK_THROWS_AS((void)resource.allocate(SIZE_MAX / 2, 4096), std::bad_alloc);
}

TEST_CASE("resources are equal when their heap is the same one") {
  HeapResource one;
  HeapResource other{default_heap()};
  CHECK(one == other);
  Heap heap;
  HeapResource of_another{heap};
  CHECK(one != of_another);
  CHECK(of_another == HeapResource{heap});
  Region region;
  CHECK(one != *region.resource());
  CHECK(*region.resource() != one);
  CHECK(one != *std::pmr::new_delete_resource());
  Stranger stranger;
  CHECK_FALSE(one.is_equal(stranger));
}

TEST_CASE("what one resource allocated another gives back, on any thread") {
  HeapResource first;
  void* const block = first.allocate(100);
  std::thread([block] {
    HeapResource second;
    second.deallocate(block, 100);
  }).join();
  std::pmr::vector<int> numbers{{1, 2, 3}, &first};
  const int* const data = numbers.data();
  HeapResource second;
  const std::pmr::vector<int> taken{std::move(numbers), &second};
  CHECK(taken.data() == data);
}

TEST_CASE("containers over resources move as std::pmr says") {
  Heap heap;
  Heap other;
  HeapResource first{heap};
  HeapResource same{heap};
  HeapResource second{other};
  using Numbers = std::pmr::vector<int>;
  Numbers a{{1, 2, 3}, &first};
  Numbers b{&same};
  const int* const data = a.data();
  b = std::move(a);
  CHECK(b.data() == data);
  Numbers c{&second};
  c = std::move(b);
  CHECK(c.data() != data);
  CHECK(c == Numbers{1, 2, 3});
  CHECK(c.get_allocator().resource() == &second);
  const Numbers copy{c};
  CHECK(copy.get_allocator().resource() == std::pmr::get_default_resource());
}

TEST_CASE("a heap that may hold nothing throws") {
  tarn::Budget nothing{"nothing", 0};
  Heap heap{nothing};
  HeapResource resource{heap};
  CHECK_THROWS_AS((void)resource.allocate(1), std::bad_alloc);
}
