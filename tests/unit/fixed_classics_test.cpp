// What first fit, next fit and best fit say beyond what every fit does: which
// of the places that serve is taken.
#include "tarn/fixed_heap.hpp"

#include "support/each_fit.hpp"
#include "support/fixed_pools.hpp"

#include <doctest/doctest.h>

using tarn::FixedHeap;
using tarn::KiB;
using tarn::test::room;

namespace {

// Places of 104, 40 and 72 bytes are free, in this order, and many behind.
template <class Fit>
struct Places {
  Places() {
    const auto put = [&](std::size_t size) {
      void* const block = heap.allocate(size);
      static_cast<void>(heap.allocate(8));
      return block;
    };
    void* const blocks[] = {put(104), put(40), put(72)};
    large = blocks[0];
    small = blocks[1];
    middle = blocks[2];
    for (void* const block : blocks)
      heap.deallocate(block);
  }

  FixedHeap<Fit> heap{room(4 * KiB)};
  void* large = nullptr;
  void* small = nullptr;
  void* middle = nullptr;
};

}  // namespace

TEST_CASE("first fit takes the lowest place that serves") {
  Places<tarn::first_fit> places;
  CHECK(places.heap.allocate(56) == places.large);
  // The rest of it is the lowest place now.
  CHECK(places.heap.allocate(40) > places.large);
  CHECK(places.heap.allocate(40) == places.small);
  CHECK(places.heap.check());
}

TEST_CASE(
    "best fit takes the smallest place that serves, the lowest of those") {
  Places<tarn::best_fit> places;
  CHECK(places.heap.allocate(56) == places.middle);
  CHECK(places.heap.allocate(24) == places.small);
  CHECK(places.heap.allocate(24) == places.large);
  Places<tarn::best_fit> others;
  void* const twice[] = {others.heap.allocate(24), others.heap.allocate(8)};
  others.heap.deallocate(twice[0]);
  CHECK(others.heap.allocate(24) == twice[0]);
  CHECK(others.heap.check());
}

TEST_CASE("next fit goes on where the last search ended, and around") {
  Places<tarn::next_fit> places;
  // It ended behind the last block, where all places serve.
  auto* const first = static_cast<std::byte*>(places.heap.allocate(40));
  auto* const second = static_cast<std::byte*>(places.heap.allocate(40));
  CHECK(first > places.middle);
  CHECK(second == first + 48);
  // What is freed below waits until the search comes around.
  places.heap.deallocate(first);
  CHECK(places.heap.allocate(places.heap.largest_free()) > second);
  CHECK(places.heap.allocate(72) == places.large);
  CHECK(places.heap.allocate(24) > places.large);
  CHECK(places.heap.allocate(24) == places.small);
  CHECK(places.heap.check());
}

TEST_CASE("next fit goes on at what its place has become part of") {
  FixedHeap<tarn::next_fit> heap{room(4 * KiB)};
  void* const below = heap.allocate(40);
  void* const last = heap.allocate(40);
  heap.deallocate(below);
  heap.deallocate(last);
  CHECK(heap.allocate(40) == below);
  CHECK(heap.check());
}

TEST_CASE(
    "a free place keeps its rank where it is merged, cut and grown into") {
  FixedHeap<tarn::first_fit> heap{room(4 * KiB)};
  std::vector<void*> blocks = tarn::test::all_of(heap, 40);
  for (std::size_t i = 0; i < blocks.size(); i += 3)
    heap.deallocate(blocks[i]);
  REQUIRE(heap.check());
  // Above, below, on both sides.
  heap.deallocate(blocks[2]);
  heap.deallocate(blocks[7]);
  heap.deallocate(blocks[8]);
  CHECK(heap.check());
  CHECK(heap.try_expand(blocks[1], 64));
  CHECK(heap.try_expand(blocks[5], 88));
  CHECK(heap.check());
  CHECK(heap.allocate(8, 32) != nullptr);
  CHECK(heap.check());
}
