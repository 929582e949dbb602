// What describe.hpp promises of blocks of heaps.
#include "tarn/describe.hpp"
#include "tarn/heap.hpp"

#include <doctest/doctest.h>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

Heap& pool = default_heap();

std::string sentence(const void* p) {
  char line[200];
  describe(p, line, sizeof line);
  const std::string all{line};
  return all.substr(all.find(": ") + 2);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Blocks of one slab: the first few of a class come from elsewhere.
std::vector<std::byte*> blocks_of_a_slab(std::size_t size) {
  std::vector<std::byte*> all;
  while (all.empty() || describe(all.back()).slot == no_slot ||
         describe(all.back()).slot < 3)
    all.push_back(static_cast<std::byte*>(pool.allocate(size)));
  return all;
}

}  // namespace

TEST_CASE("a block is in use, then free, wherever it waits") {
  auto* const block = static_cast<std::byte*>(pool.allocate(64));
  CHECK(describe(block + 48).state == BlockState::in_use);
  CHECK(describe(block + 48).offset == 48);
  CHECK(has(sentence(block + 48),
            "48 bytes into a 64-byte block of the heap, in use, of thread "));
  pool.deallocate(block);
  CHECK(describe(block).state == BlockState::free);
  CHECK(has(sentence(block), "64-byte block of the heap, free, of thread "));
}

TEST_CASE("a block that came home from another thread is free") {
  const auto all = blocks_of_a_slab(1536);
  std::thread{[&] {
    for (std::byte* const block : all)
      pool.deallocate(block);
  }}.join();
  // The first few were in parts that are given up whole.
  for (std::byte* const block : all)
    if (describe(block).slot != no_slot)
      CHECK(describe(block).state == BlockState::free);
  CHECK(describe(all.back()).state == BlockState::free);
}

TEST_CASE("the rest of a slab that no slot fits into is no block") {
  const auto all = blocks_of_a_slab(1792);
  const std::byte* const first = all.back() - describe(all.back()).slot * 1792;
  CHECK(describe(first + 35 * 1792).state == BlockState::fresh);
  CHECK(describe(first + 36 * 1792).state == BlockState::unknown);
  for (std::byte* const block : all)
    pool.deallocate(block);
}

TEST_CASE("slots of a slab have numbers; what nobody had yet is told so") {
  const auto all = blocks_of_a_slab(1792);
  const Description found = describe(all.back() + 7);
  CHECK(found.start == all.back());
  CHECK(found.size == 1792);
  CHECK(found.slot >= 3);
  CHECK(found.age < 60);
  CHECK(has(sentence(all.back()),
            "; slot " + std::to_string(found.slot) + " of a slab made "));
  const std::byte* const begin = all.back() - found.slot * found.size;
  const Description last = describe(begin + 30 * 1792);
  CHECK(last.state == BlockState::fresh);
  CHECK(has(sentence(begin + 30 * 1792), ", never used, "));
  for (std::byte* const block : all)
    pool.deallocate(block);
}

TEST_CASE("a slot that waits in a bin for its first use is free") {
  const auto all = blocks_of_a_slab(208);
  const Description found = describe(all.back());
  // Fresh slots come a page at a time, in order.
  const Description next = describe(found.start + found.size);
  CHECK(next.state == BlockState::free);
  for (std::byte* const block : all)
    pool.deallocate(block);
}

TEST_CASE("a block is of the thread whose part it lies in, until that ends") {
  std::byte* block = nullptr;
  std::uint32_t inside = no_thread;
  std::thread{[&] {
    block = static_cast<std::byte*>(pool.allocate(2560));
    inside = describe(block).thread;
  }}.join();
  CHECK(inside != no_thread);
  CHECK(inside != 0);
  CHECK(describe(block).thread == no_thread);
  CHECK(describe(block).state == BlockState::in_use);
  CHECK_FALSE(has(sentence(block), "thread"));
  pool.deallocate(block);
}

TEST_CASE("blocks of heaps with a name are told with it") {
  Heap own{{.name = "orders"}};
  Heap unnamed;
  void* const block = own.allocate(100);
  CHECK(has(sentence(block), "112-byte block of heap 'orders', in use"));
  CHECK(has(sentence(own.allocate(1 * MiB)),
            "large block of 1048576 bytes of heap 'orders'"));
  CHECK(describe(block).pool == PoolKind::heap);
  CHECK(has(sentence(unnamed.allocate(100)), "block of an unnamed heap"));
}

TEST_CASE("large blocks of the heap are told as such") {
  auto* const large = static_cast<std::byte*>(pool.allocate(1 * MiB));
  CHECK(sentence(large + 70'000) ==
        "70000 bytes into a large block of 1048576 bytes of the heap");
  pool.deallocate(large);
  CHECK(sentence(large) == "tarn's, in use by nobody");
}
