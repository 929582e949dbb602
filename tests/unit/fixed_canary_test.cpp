// Canaries of a FixedHeap: each sentence of the contract, for each fit.
// BOARD
#include "tarn/fixed_heap.hpp"

#include "support/each_fit.hpp"
#include "support/fixed_pools.hpp"

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>
#include <random>
#include <type_traits>
#include <vector>

using namespace tarn::test;

namespace {

template <class Fit>
using Guarded =
    tarn::FixedHeap<Fit, tarn::at_run_time, tarn::NoLock, tarn::Canaries>;

// For requests of 24 to 200 bytes, 1500 at one time.
template <class Fit>
inline constexpr std::size_t enough = Guarded<Fit>::required_bytes(1500, 200,
                                                                   24);

}  // namespace

FOR_EACH_FIT("one byte behind the end of a block is found in one sweep") {
  Guarded<Fit> heap{room(8 * tarn::KiB)};
  for (std::size_t size = 0; size < 120; size += 5) {
    auto* const block = static_cast<unsigned char*>(heap.allocate(size));
    REQUIRE(block != nullptr);
    REQUIRE(heap.check());
    for (const int wrong : {0, 0x78, 0xff}) {
      const auto written = static_cast<unsigned char>(wrong);
      const unsigned char was = block[size];
      if (was == written)
        continue;
      block[size] = written;
      CHECK_FALSE(heap.check());
      bool is_found = false;
      for (int i = 0; i < 100; ++i)
        is_found = is_found || !heap.check_step(1);
      CHECK(is_found);
      block[size] = was;
      REQUIRE(heap.check());
    }
  }
}

FOR_EACH_FIT("the end of a string that is one too long is never a canary") {
  Guarded<Fit> heap{room(16 * tarn::KiB)};
  for (void* const block : all_of(heap, 20))
    CHECK(static_cast<char*>(block)[20] != '\0');
}

FOR_EACH_FIT("a written last word of a block is found as well") {
  Guarded<Fit> heap{room(4 * tarn::KiB)};
  tarn::FixedHeap<Fit> plain{std::span{other_buffer}};
  auto* const block = static_cast<std::byte*>(heap.allocate(40));
  const std::size_t capacity = plain.size_of(plain.allocate(48));
  std::memset(block + capacity - 4, 'x', 4);
  CHECK_FALSE(heap.check());
  CHECK_FALSE(heap.check_step(300));
}

FOR_EACH_FIT("blocks in further buffers are looked at as well") {
  Guarded<Fit> heap{room(1 * tarn::KiB)};
  REQUIRE(heap.add_buffer(other_buffer));
  auto* const block = static_cast<std::byte*>(heap.allocate(3000));
  REQUIRE(block >= other_buffer);
  CHECK(heap.check());
  CHECK(heap.check_step(2000));
  block[3000] ^= std::byte{1};
  CHECK_FALSE(heap.check());
  CHECK_FALSE(heap.check_step(2000));
}

FOR_EACH_FIT("size_of is what was asked for, also after growing") {
  Guarded<Fit> heap{room(4 * tarn::KiB)};
  auto* block = static_cast<unsigned char*>(heap.allocate(37));
  CHECK(heap.size_of(block) == 37);
  std::memset(block, 7, 37);
  CHECK(heap.try_expand(block, 38));
  CHECK(heap.size_of(block) == 38);
  CHECK(heap.try_expand(block, 20));
  CHECK(heap.size_of(block) == 38);
  CHECK(heap.try_expand(block, 44));
  block = static_cast<unsigned char*>(heap.reallocate(block, 500));
  REQUIRE(block != nullptr);
  CHECK(heap.size_of(block) == 500);
  void* const wall = heap.allocate(1);
  block = static_cast<unsigned char*>(heap.reallocate(block, 1001));
  REQUIRE(block != nullptr);
  CHECK(heap.size_of(block) == 1001);
  CHECK(block[36] == 7);
  CHECK(heap.check());
  CHECK_FALSE(heap.try_expand(block, tarn::no_limit));
  CHECK_FALSE(heap.try_expand(block, tarn::no_limit - 9));
  heap.deallocate(wall);
  heap.deallocate(block);
  CHECK(heap.size_of(block) == 0);
  CHECK(heap.stats().used == 0);
}

FOR_EACH_FIT("largest_free is granted with its canary") {
  Guarded<Fit> heap{room(3 * tarn::KiB)};
  const std::size_t largest = heap.largest_free();
  CHECK(heap.stats().largest_free == largest);
  CHECK(heap.allocate(largest + 1) == nullptr);
  CHECK(heap.allocate(tarn::no_limit) == nullptr);
  CHECK(heap.allocate(tarn::no_limit - 3) == nullptr);
  void* const block = heap.allocate(largest);
  REQUIRE(block != nullptr);
  std::memset(block, 1, largest);
  CHECK(heap.check());
  heap.deallocate(block);
  CHECK(heap.largest_free() == largest);
}

FOR_EACH_FIT("aligned blocks have canaries") {
  Guarded<Fit> heap{room(64 * tarn::KiB)};
  for (std::size_t align = 1; align <= 2048; align *= 2) {
    auto* const block = static_cast<std::byte*>(heap.allocate(50, align));
    REQUIRE(block != nullptr);
    CHECK(is_aligned(block, align));
    CHECK(heap.check());
    block[50] ^= std::byte{4};
    CHECK_FALSE(heap.check());
    block[50] ^= std::byte{4};
    heap.deallocate(block);
  }
}

FOR_EACH_FIT("required_bytes count the canaries: nothing is refused") {
  Guarded<Fit> heap{room(enough<Fit>)};
  std::mt19937 random{11};
  std::vector<void*> blocks;
  std::size_t live = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::size_t size = i < 62 ? 24 : 24 + random() % 177;
    while (live + size > 1500) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      live -= heap.size_of(blocks.back());
      heap.deallocate(blocks.back());
      blocks.pop_back();
    }
    void* const block = heap.allocate(size);
    REQUIRE(block != nullptr);
    blocks.push_back(block);
    live += size;
  }
  CHECK(heap.stats().headroom >= 0);
  CHECK(heap.check());
}

FOR_EACH_FIT("a heap without canaries pays nothing for them") {
  using Heap = tarn::FixedHeap<Fit>;
  static_assert(sizeof(Heap) == sizeof(Guarded<Fit>));
  static_assert(std::is_same_v<tarn::NoCanaries::Over<typename Fit::Heap>,
                               typename Fit::Heap>);
  static_assert(Heap::required_bytes(1500, 200, 24) ==
                Fit::required_bytes(1500, 200, 24));
  static_assert(enough<Fit> > Heap::required_bytes(1500, 200, 24));
  CHECK_FALSE(Heap::has_canaries);
}

// The book behind the last granule is what the block there can overflow into.
TEST_CASE_TEMPLATE("check_step finds a written book of granules in one sweep",
                   Fit, tarn::aligned_first_fit, tarn::buddy) {
  tarn::FixedHeap<Fit> heap{room(4 * tarn::KiB)};
  const std::vector<void*> blocks = all_of(heap, 16);
  REQUIRE(heap.check_step(300));
  void* const last = *std::max_element(blocks.begin(), blocks.end());
  std::memset(static_cast<std::byte*>(last) + 16, 0x41, 8);
  CHECK_FALSE(heap.check());
  CHECK_FALSE(heap.check_step(300));
}

TEST_CASE("check_step looks at no block that only a written book has") {
  Guarded<tarn::buddy> heap{std::span{buffer}.first(170)};
  REQUIRE(heap.allocate(24) != nullptr);
  const std::size_t size = heap.stats().size;
  // As if 2 GiB began at the second granule.
  buffer[size + 1] = std::byte{0x80 | 27};
  CHECK(heap.size_of(buffer + 16) == 0);
  CHECK(heap.check_step(1));
  CHECK_FALSE(heap.check());
}
