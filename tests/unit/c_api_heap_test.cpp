// What tarn.h promises of heaps: the calls of heap.hpp, for C.
#include "tarn/checks.hpp"
#include "tarn/heap.hpp"
#include "tarn/tarn.h"

#include "port/fault.hpp"

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

TEST_CASE("C begins and ends heaps of its own, in a budget and with a name") {
  tarn_budget budget;
  tarn_budget_init(&budget, "c", 1 << 20, nullptr);
  tarn_heap_options options{};
  options.name = "orders";
  options.budget = &budget;
  tarn_heap heap;
  tarn_heap_init(&heap, &options);
  CHECK(tarn_budget_held(&budget) == 0);
  void* const block = tarn_heap_allocate(&heap, 100);
  REQUIRE(block != nullptr);
  CHECK(tarn_budget_held(&budget) > 0);
  CHECK(tarn_heap_allocate(&heap, 2 << 20) == nullptr);
  char line[160];
  const std::size_t length = tarn_describe(block, line, sizeof line);
  CHECK(length == std::strlen(line));
  CHECK(std::strstr(line,
                    "0 bytes into a 112-byte block of heap 'orders', in "
                    "use") != nullptr);
  tarn_heap_destroy(&heap);
  CHECK(tarn_budget_held(&budget) == 0);
  tarn_heap_init(&heap, nullptr);
  CHECK(tarn_heap_allocate(&heap, 100) != nullptr);
  tarn_heap_destroy(&heap);
  tarn_budget_destroy(&budget);
}

TEST_CASE("C allocates many and gives them back") {
  tarn_heap* const heap = tarn_default_heap();
  void* blocks[100];
  CHECK(tarn_heap_allocate_many(heap, 50, 100, blocks) == 100);
  for (void* const block : blocks)
    CHECK(tarn_heap_usable_size(heap, block) == 64);
  tarn_heap_deallocate_many(heap, blocks, 100);
}

TEST_CASE("C reads the statistics in every form, as with snprintf") {
  static char text[256 * 1024];
  std::size_t length = tarn_stats(TARN_STATS_TEXT, text, sizeof text);
  CHECK(length == std::strlen(text));
  CHECK(std::strstr(text, "space ") == text);
  length = tarn_stats(TARN_STATS_JSON, text, sizeof text);
  CHECK(length == std::strlen(text));
  CHECK(text[0] == '{');
  length = tarn_stats(TARN_STATS_OPENMETRICS, text, sizeof text);
  CHECK(std::strcmp(text + length - 6, "# EOF\n") == 0);
  CHECK(tarn_stats(TARN_STATS_TEXT, text, 10) > 10);
  CHECK(std::strlen(text) == 9);
}

TEST_CASE("C sets the mode of checks and what follows on a fault") {
  const tarn_mode before = tarn_check_mode();
  tarn_set_check_mode(TARN_CHECK_FULL);
  CHECK(tarn_check_mode() == TARN_CHECK_FULL);
  CHECK(tarn::check_mode() == tarn::CheckMode::full);
  CHECK(tarn_check_all() == 0);
  tarn_set_check_mode(TARN_CHECK_OF_PROCESS);
  CHECK(tarn_check_mode() == TARN_CHECK_OFF);
  tarn_set_check_mode(before);
  tarn_set_after_fault(TARN_AFTER_FAULT_GO_ON);
  CHECK((tarn::port::after_fault() == tarn::AfterFault::go_on));
  tarn_set_after_fault(TARN_AFTER_FAULT_ABORT);
  CHECK((tarn::port::after_fault() == tarn::AfterFault::abort));
}
