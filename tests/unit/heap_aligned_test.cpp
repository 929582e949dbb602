// What a block costs that must lie at a multiple of more than 16.
#include "tarn/heap.hpp"

#include "heap/size_class.hpp"

#include <cstdint>
#include <doctest/doctest.h>

namespace {

using namespace tarn;

// The usable size of such a block, which has the alignment.
std::size_t usable(std::size_t size, std::size_t align) {
  Heap& pool = default_heap();
  void* const block = pool.allocate(size, align);
  REQUIRE(block != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(block) % align == 0);
  const std::size_t all = pool.usable_size(block);
  CHECK(all >= size);
  pool.deallocate(block);
  return all;
}

}  // namespace

TEST_CASE("an aligned block comes from the next class of such multiples") {
  CHECK(usable(100, 1) == 112);
  CHECK(usable(100, 16) == 112);
  CHECK(usable(100, 32) == 128);
  CHECK(usable(40, 64) == 64);
  CHECK(usable(65, 64) == 128);
  CHECK(usable(1000, 128) == 1024);
  CHECK(usable(1025, 256) == 1280);
  CHECK(usable(100, 4 * KiB) == 4 * KiB);
  CHECK(usable(5 * KiB, 4 * KiB) == 8 * KiB);
  CHECK(usable(100, 32 * KiB) == 32 * KiB);
}

TEST_CASE("one that no class can align has granules of its own") {
  CHECK(usable(100, 64 * KiB) == 64 * KiB);
  CHECK(usable(33 * KiB, 16) == 64 * KiB);
  CHECK(usable(33 * KiB, 4 * KiB) == 64 * KiB);
  CHECK(usable(65 * KiB, 256 * KiB) == 128 * KiB);
  CHECK(usable(1, 4 * MiB) == 64 * KiB);
}

TEST_CASE("size 0 gives a block at any alignment") {
  CHECK(usable(0, 16) == heap::size_of(1));
  CHECK(usable(0, 64) == 64);
  CHECK(usable(0, 64 * KiB) == 64 * KiB);
}
