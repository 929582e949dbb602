// What aligned_first_fit says beyond what every fit does.
// BOARD
#include "tarn/fixed_heap.hpp"

#include "support/fixed_pools.hpp"

#include <doctest/doctest.h>
#include <random>
#include <utility>
#include <vector>

using tarn::aligned_first_fit;
using tarn::FixedHeap;
using tarn::KiB;
using tarn::test::is_aligned;

namespace {

alignas(4096) std::byte buffer[16 * KiB];

std::span<std::byte> room(std::size_t bytes) {
  return std::span{buffer}.first(bytes);
}

}  // namespace

TEST_CASE("aligned first fit takes the lowest place aligned to its size") {
  FixedHeap<> heap{room(6000)};
  const std::size_t granules = heap.stats().size / 16;
  std::vector<bool> is_used(granules, false);
  std::vector<std::pair<std::size_t, std::size_t>> blocks;
  std::mt19937 random{11};
  for (int i = 0; i < 20000; ++i) {
    const bool is_asked =
        blocks.empty() || random() % 8 < (i / 500 % 2 ? 5 : 3);
    if (!is_asked) {
      const std::size_t index = random() % blocks.size();
      const auto [at, size] = blocks[index];
      heap.deallocate(buffer + at * 16);
      for (std::size_t k = at; k < at + size; ++k)
        is_used[k] = false;
      blocks[index] = blocks.back();
      blocks.pop_back();
      continue;
    }
    const std::size_t size = std::size_t{1} << random() % 9;
    std::size_t at = 0;
    const auto is_free = [&] {
      for (std::size_t k = at; k < at + size; ++k)
        if (is_used[k])
          return false;
      return true;
    };
    while (at + size <= granules && !is_free())
      at += size;
    void* const block = heap.allocate(size * 16 - random() % 8);
    if (at + size > granules) {
      REQUIRE(block == nullptr);
      continue;
    }
    REQUIRE(block == buffer + at * 16);
    for (std::size_t k = at; k < at + size; ++k)
      is_used[k] = true;
    blocks.emplace_back(at, size);
  }
  CHECK(heap.check());
}

TEST_CASE(
    "an alignment beyond the buffer's own is refused where there is no head") {
  FixedHeap<> heap{room(8 * KiB).subspan(64)};
  CHECK(is_aligned(heap.allocate(10, 64), 64));
  CHECK(heap.allocate(10, 128) == nullptr);
  CHECK(heap.check());
}

TEST_CASE("a block of a further buffer has its alignment too, or is refused") {
  alignas(4096) static std::byte others[8 * KiB];
  for (const std::size_t shift : {0u, 16u}) {
    FixedHeap<> heap{room(256)};
    REQUIRE(heap.add_buffer(std::span{others}.subspan(shift)));
    void* const block = heap.allocate(100, 256);
    CHECK((block != nullptr) == (shift == 0));
    CHECK(is_aligned(block, 256));
    CHECK(heap.check());
  }
}

TEST_CASE("a static heap without heads has all of its size for blocks") {
  static FixedHeap<aligned_first_fit, 4 * KiB> heap;
  CHECK(heap.largest_free() == 4 * KiB);
  CHECK(heap.allocate(4 * KiB) != nullptr);
}

TEST_CASE("expected_bytes is not more than required_bytes") {
  using Heap = FixedHeap<>;
  constexpr std::size_t required = Heap::required_bytes(64 * KiB, 1 * KiB, 64);
  constexpr std::size_t expected = Heap::expected_bytes(64 * KiB, 1 * KiB, 64);
  static_assert(expected < required);
  // M is 128 KiB by rounding, n / l is 16: 3 M, and 5 M.
  static_assert(expected > 3 * 126 * KiB && expected < 3 * 136 * KiB);
  static_assert(required > 5 * 126 * KiB && required < 5 * 136 * KiB);
}
