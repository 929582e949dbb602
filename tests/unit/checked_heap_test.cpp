// Heaps in mode full: each block by itself, and what is told of it.
#include "tarn/checks.hpp"
#include "tarn/describe.hpp"
#include "tarn/heap.hpp"

#include <atomic>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <thread>
#include <vector>

using namespace tarn;

namespace {

std::atomic<unsigned> told{0};
char last_line[600];

void count(Fault, const char* line) noexcept {
  ++told;
  std::strncpy(last_line, line, sizeof last_line - 1);
}

// Faults are counted, and the program goes on.
struct Counting {
  Counting() {
    told = 0;
    set_fault_handler(count);
    set_after_fault(AfterFault::go_on);
  }
  ~Counting() {
    set_after_fault(AfterFault::abort);
    set_fault_handler(nullptr);
  }
};

bool has(const char* words) {
  return std::strstr(last_line, words) != nullptr;
}

constexpr HeapOptions full{.name = "full", .checks = CheckMode::full};
constexpr HeapOptions page{.name = "page", .checks = CheckMode::full_page};

bool are(const void* block, std::size_t size, int byte) {
  const auto* const p = static_cast<const unsigned char*>(block);
  for (std::size_t i = 0; i < size; ++i)
    if (p[i] != byte)
      return false;
  return true;
}

}  // namespace

TEST_CASE("a block of a checked heap is of the size that was asked for") {
  for (const HeapOptions& options : {full, page}) {
    Heap heap{options};
    for (std::size_t size = 0; size < 200'000; size += 1 + size / 3) {
      void* const block = heap.allocate(size);
      REQUIRE(block != nullptr);
      CHECK(heap.usable_size(block) == size);
      CHECK(reinterpret_cast<std::uintptr_t>(block) % max_align == 0);
      std::memset(block, 1, size);
      heap.deallocate(block, size);
    }
  }
}

TEST_CASE("it is aligned as asked, up to more than granules") {
  for (const HeapOptions& options : {full, page}) {
    Heap heap{options};
    for (std::size_t align = 1; align <= 256 * KiB; align *= 2)
      for (const std::size_t size : {1u, 100u, 2100u, 5000u, 70'000u}) {
        void* const block = heap.allocate(size, align);
        REQUIRE(block != nullptr);
        CHECK(reinterpret_cast<std::uintptr_t>(block) % align == 0);
        std::memset(block, 1, size);
        heap.deallocate(block);
      }
  }
}

TEST_CASE("it is filled with 0xA5, or with zeros where that is asked") {
  Heap heap{full};
  for (int round = 0; round < 3; ++round)
    for (const std::size_t size : {24u, 1000u, 3000u, 100'000u}) {
      void* const block = heap.allocate(size);
      if (size < 64 * KiB)
        CHECK(are(block, size, 0xA5));
      std::memset(block, 7, size);
      heap.deallocate(block);
      void* const zeros = heap.allocate_zeroed(size);
      CHECK(are(zeros, size, 0));
      heap.deallocate(zeros);
    }
}

TEST_CASE("reallocation moves it, with its bytes") {
  Heap heap{full};
  void* block = heap.allocate(10);
  std::memset(block, 3, 10);
  for (std::size_t size = 20; size < 300'000; size *= 3) {
    void* const moved = heap.reallocate(block, size);
    CHECK(moved != block);
    CHECK(are(moved, 10, 3));
    block = moved;
  }
  CHECK(are(heap.reallocate(block, 5), 5, 3));
}

TEST_CASE("what was written around it is told once, and mended") {
  const Counting counting;
  Heap heap{full};
  auto* const block = static_cast<char*>(heap.allocate(40));
  block[40] = 1;
  block[-1] = 1;
  CHECK(check_all() == 2);
  CHECK(has("1 byte changed"));
  CHECK(check_all() == 0);
  heap.deallocate(block);
  CHECK(told == 2);
}

TEST_CASE("one given back twice, or inside, is told and stays as it was") {
  const Counting counting;
  Heap heap{full};
  auto* const block = static_cast<char*>(heap.allocate(40));
  heap.deallocate(block + 16);
  CHECK(has("16 bytes into a 40-byte block of heap 'full'"));
  heap.deallocate(block - 8);
  CHECK(has("8 bytes before a 40-byte block of heap 'full'"));
  heap.deallocate(block);
  heap.deallocate(block);
  CHECK(has("double free"));
  CHECK(told == 3);
}

TEST_CASE("what was written into one that went back is told when it leaves") {
  const Counting counting;
  Heap heap{full};
  auto* const block = static_cast<char*>(heap.allocate(100));
  heap.deallocate(block);
  block[9] = 1;
  for (int i = 0; i < 50'000 && told == 0; ++i)
    heap.deallocate(heap.allocate(100));
  CHECK(has("write after free: byte 9 of"));
}

TEST_CASE("blocks from before the mode changed go back as ever") {
  void* const before = default_heap().allocate(100);
  void* const large = default_heap().allocate(100'000);
  set_check_mode(CheckMode::full);
  std::vector<void*> blocks;
  for (int i = 0; i < 5000; ++i)
    blocks.push_back(default_heap().allocate(100));
  void* const checked = blocks.back();
  CHECK(default_heap().usable_size(checked) == 100);
  default_heap().deallocate(before);
  default_heap().deallocate(large);
  set_check_mode(CheckMode::off);
  for (void* const block : blocks)
    default_heap().deallocate(block);
  void* const after = default_heap().allocate(100);
  CHECK(default_heap().usable_size(after) == 112);
  default_heap().deallocate(after);
}

TEST_CASE("a checked heap in a budget runs out, and gives back what waits") {
  Budget budget{"little", 2 * MiB};
  {
    Heap heap{budget, full};
    for (int i = 0; i < 200; ++i) {
      void* const block = heap.allocate(300 * KiB);
      REQUIRE(block != nullptr);
      heap.deallocate(block);
    }
    std::vector<void*> blocks;
    while (void* const block = heap.allocate(1000))
      blocks.push_back(block);
    CHECK(blocks.size() > 1000);
    for (void* const block : blocks)
      heap.deallocate(block);
    CHECK(heap.allocate(100 * KiB) != nullptr);
  }
  CHECK(budget.held() == 0);
}

TEST_CASE("describe tells a checked block and its state") {
  Heap heap{full};
  auto* const block = static_cast<std::byte*>(heap.allocate(72));
  Description found = describe(block + 5);
  CHECK(found.start == block);
  CHECK(found.size == 72);
  CHECK(found.offset == 5);
  CHECK(found.state == BlockState::in_use);
  CHECK(std::string{found.name} == "full");
  heap.deallocate(block);
  CHECK(describe(block).state == BlockState::free);
}

TEST_CASE("threads take and give back each other's without a fault") {
  const Counting counting;
  for (const HeapOptions& options : {full, page}) {
    Heap heap{options};
    constexpr unsigned places = 64;
    std::atomic<void*> shared[places] = {};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        unsigned random = t + 1;
        for (int i = 0; i < 3000; ++i) {
          random = random * 1664525 + 1013904223;
          const std::size_t size = random >> 20;
          void* const block = heap.allocate(size);
          std::memset(block, 1, size);
          heap.deallocate(shared[random >> 8 & (places - 1)].exchange(block));
        }
      });
    for (std::thread& thread : threads)
      thread.join();
    for (std::atomic<void*>& block : shared)
      heap.deallocate(block);
  }
  CHECK(check_all() == 0);
  CHECK(told == 0);
}
