// How large a fixed heap must be: what is required, and the room above it.
// BOARD
#include "tarn/fixed_heap.hpp"

#include "support/each_fit.hpp"

#include <doctest/doctest.h>
#include <type_traits>
#include <vector>

using tarn::FixedHeap;
using tarn::half_fit;
using tarn::KiB;
using tarn::test::other_buffer;
using tarn::test::room;

FOR_EACH_FIT("required_bytes is enough for a whole block of live bytes") {
  constexpr std::size_t bytes =
      FixedHeap<Fit>::required_bytes(2 * KiB, 256, 16);
  static_assert(bytes > 2 * KiB);
  REQUIRE(bytes <= sizeof tarn::test::buffer);
  FixedHeap<Fit> heap{room(bytes)};
  // Every second of the smallest stays, then the largest come.
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < 2 * KiB / 16; ++i)
    blocks.push_back(heap.allocate(16));
  for (std::size_t i = 0; i < blocks.size(); i += 2)
    heap.deallocate(blocks[i]);
  for (int i = 0; i < 4; ++i)
    CHECK(heap.allocate(256) != nullptr);
  // Of first_fit by the bound of any fit, which alignments keep as well.
  CHECK((heap.stats().headroom >= 0 || std::is_same_v<Fit, tarn::first_fit>));
}

FOR_EACH_FIT("headroom counts what an alignment asked for") {
  FixedHeap<Fit> heap{room(12 * KiB)};
  REQUIRE(heap.allocate(16, 4096) != nullptr);
  CHECK(heap.stats().largest_request >= 4096);
  // The same calls in another order may be refused.
  REQUIRE(heap.allocate(16) != nullptr);
  REQUIRE(heap.allocate(16) != nullptr);
  const std::int64_t headroom = heap.stats().headroom;
  CHECK(headroom < 1000);
  CHECK(headroom > -100'000);
}

// Where rounding and slack together make a larger power of two.
FOR_EACH_FIT("what headroom says to be enough grants what was granted") {
  FixedHeap<Fit> heap{room(4 * KiB)};
  REQUIRE(heap.allocate(72, 64) != nullptr);
  const tarn::FixedHeapStats stats = heap.stats();
  const auto enough = static_cast<std::size_t>(
      static_cast<std::int64_t>(stats.size) - stats.headroom);
  std::size_t bytes = enough;
  while (FixedHeap<Fit>{room(bytes)}.stats().size < enough)
    bytes += 16;
  FixedHeap<Fit> small{room(bytes)};
  CHECK(small.allocate(72, 64) != nullptr);
}

FOR_EACH_FIT("headroom is that of the first buffer") {
  FixedHeap<Fit> heap{room(1 * KiB)};
  const auto size = static_cast<std::int64_t>(heap.stats().size);
  CHECK(heap.stats().headroom == size);
  REQUIRE(heap.add_buffer(other_buffer));
  CHECK(heap.stats().headroom == size);
}

TEST_CASE("half_fit expects less than is proven") {
  using Heap = FixedHeap<half_fit>;
  constexpr std::size_t required = Heap::required_bytes(8 * KiB, 1 * KiB, 24);
  constexpr std::size_t expected = Heap::expected_bytes(8 * KiB, 1 * KiB, 24);
  static_assert(expected < required);
  // 24 bytes are 2 cells, and 25 are 4: R is 1310, B 341, r 128.
  static_assert(required > (1310 + 341 * 127) * 16);
  static_assert(expected > 1310 * 8 * 16);
  static_assert(expected < 1310 * 8 * 16 + 400);
}

TEST_CASE("buddy requires what searches of small heaps have needed") {
  // In granules, where every block is 2^k of them.
  using Heap = tarn::buddy::Heap;
  static_assert(Heap::bound(8, 8, 32, 16) == 12);
  static_assert(Heap::bound(10, 10, 32, 16) == 14);
  static_assert(Heap::bound(8, 8, 64, 16) == 16);
  static_assert(Heap::bound(8, 8, 128, 16) == 16);
  // Of one size it is as many places.
  static_assert(Heap::bound(64, 16, 64, 64) == 64);
  // And a byte for each.
  static_assert(FixedHeap<tarn::buddy>::required_bytes(64 * KiB, KiB, KiB) ==
                64 * KiB / 16 * 17);
}

TEST_CASE("first_fit is proven to need less than any fit, and expects less") {
  using Heap = FixedHeap<tarn::first_fit>;
  constexpr std::size_t any =
      FixedHeap<tarn::best_fit>::required_bytes(64 * KiB, 16 * KiB, 24);
  constexpr std::size_t required = Heap::required_bytes(64 * KiB, 16 * KiB, 24);
  constexpr std::size_t expected = Heap::expected_bytes(64 * KiB, 16 * KiB, 24);
  // 24 bytes are 2 cells, and 25 are 3: R is 7864, r is 1025. Of any fit it is
  // R + 2730 (r - 1).
  static_assert(any > (7864 + 2730 * 1024) * 16);
  static_assert(required < 24 * 7864 * 16);
  static_assert(expected > 12 * 7863 * 16 && expected < 12 * 7865 * 16);
  // Above some large size too.
  static_assert(Heap::required_bytes(64 * tarn::MiB, 8 * tarn::MiB, 4 * KiB) >
                64 * tarn::MiB);
}

TEST_CASE("a heap says whether its calls are bounded") {
  static_assert(tarn::BoundedHeap<FixedHeap<>>);
  static_assert(tarn::BoundedHeap<FixedHeap<tarn::buddy, 1 * KiB>>);
  static_assert(tarn::BoundedHeap<FixedHeap<tarn::two_level>>);
  static_assert(!tarn::BoundedHeap<FixedHeap<tarn::first_fit>>);
  static_assert(!tarn::BoundedHeap<FixedHeap<tarn::next_fit>>);
  static_assert(!tarn::BoundedHeap<FixedHeap<tarn::best_fit, 1 * KiB>>);
  static_assert(!tarn::BoundedFit<tarn::first_fit>);
}
