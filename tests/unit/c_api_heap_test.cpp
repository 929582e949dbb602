// What tarn.h promises of heaps: the calls of heap.hpp, for C.
#include "tarn/heap.hpp"
#include "tarn/tarn.h"

#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>

TEST_CASE("C has the heap of the process") {
  tarn_heap* const heap = tarn_default_heap();
  CHECK(heap == tarn_default_heap());
  void* const block = tarn_heap_allocate(heap, 100);
  REQUIRE(block != nullptr);
  CHECK(tarn::default_heap().usable_size(block) == 112);
  tarn::default_heap().deallocate(block);
}

TEST_CASE("C allocates, aligned and zeroed, and gives back") {
  tarn_heap* const heap = tarn_default_heap();
  auto* const block =
      static_cast<unsigned char*>(tarn_heap_allocate(heap, 100));
  std::memset(block, 7, 100);
  tarn_heap_deallocate(heap, block);
  auto* const zeroed =
      static_cast<unsigned char*>(tarn_heap_allocate_zeroed(heap, 100));
  CHECK(zeroed[0] + zeroed[50] + zeroed[99] == 0);
  void* const aligned = tarn_heap_allocate_aligned(heap, 10, 4096);
  CHECK(reinterpret_cast<std::uintptr_t>(aligned) % 4096 == 0);
  tarn_heap_deallocate(heap, zeroed);
  tarn_heap_deallocate(heap, aligned);
  tarn_heap_deallocate(heap, nullptr);
}

TEST_CASE("C grows a block, in place or with its bytes") {
  tarn_heap* const heap = tarn_default_heap();
  auto* block = static_cast<char*>(tarn_heap_reallocate(heap, nullptr, 10));
  REQUIRE(block != nullptr);
  std::strcpy(block, "in place");
  CHECK(tarn_heap_usable_size(heap, block) == 16);
  CHECK(tarn_heap_try_expand(heap, block, 16));
  CHECK_FALSE(tarn_heap_try_expand(heap, block, 17));
  block = static_cast<char*>(tarn_heap_reallocate(heap, block, 100'000));
  REQUIRE(block != nullptr);
  CHECK(std::strcmp(block, "in place") == 0);
  CHECK(tarn_heap_usable_size(heap, block) >= 100'000);
  CHECK(tarn_heap_usable_size(heap, nullptr) == 0);
  tarn_heap_deallocate(heap, block);
}

TEST_CASE("running out is NULL in C") {
  tarn_heap* const heap = tarn_default_heap();
  CHECK(tarn_heap_allocate(heap, SIZE_MAX / 2) == nullptr);
  CHECK(tarn_heap_allocate_aligned(heap, SIZE_MAX / 2, 64) == nullptr);
  CHECK(tarn_heap_allocate_zeroed(heap, SIZE_MAX / 2) == nullptr);
  void* const block = tarn_heap_allocate(heap, 10);
  CHECK(tarn_heap_reallocate(heap, block, SIZE_MAX / 2) == nullptr);
  CHECK(tarn_heap_usable_size(heap, block) == 16);
  tarn_heap_deallocate(heap, block);
}
