// What span/limit.hpp promises. The limit of a process is read once, so each
// case that needs one runs in a process of its own, with what it prints read.
#include "span/limit.hpp"

#include "tarn/heap.hpp"
#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "support/case_in_child.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;
using span::Limits;

std::string errors_of(const std::string& limit, const std::string& test_case) {
  return test::errors_of("TARN_LIMIT='" + limit + "'", test_case);
}

unsigned count_of(const std::string& text, const std::string& word) {
  unsigned count = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;
       at += word.size())
    ++count;
  return count;
}

bool is_read(const char* text, std::size_t soft, std::size_t hard) {
  Limits limits;
  return span::read(text, limits) == nullptr && limits.soft == soft &&
         limits.hard == hard;
}

TEST_CASE("a limit is two numbers, one, or the first alone") {
  CHECK(is_read("400M,500M", 400 * MiB, 500 * MiB));
  CHECK(is_read("800M", 700 * MiB, 800 * MiB));
  CHECK(is_read("800M,", 800 * MiB, no_limit));
  CHECK(is_read("4M,4M", 4 * MiB, 4 * MiB));
}

TEST_CASE("nonsense is told, and changes nothing") {
  for (const char* text :
       {"", "much", "5M;6M", "5M,much", "6M,5M", "1,2", "400M,500Mx", ",5M"}) {
    Limits limits{1, 2};
    CHECK(span::read(text, limits) != nullptr);
    CHECK(limits.soft == 1);
    CHECK(limits.hard == 2);
  }
}

TEST_CASE("a program whose limit is nonsense says so and runs") {
  CHECK(errors_of("6M,5M", "a block is had") ==
        "tarn: TARN_LIMIT is \"6M,5M\", but the soft limit is above the hard "
        "one; no limit holds\nholds\n");
  CHECK(errors_of("", "a block is had") == "holds\n");
}

TEST_CASE("beyond the soft limit what idles goes back at once, said once") {
  const std::string errors = errors_of("32M,", "much comes and goes");
  CHECK(count_of(errors,
                 "tarn: more than 32 MiB are in use, the soft limit: "
                 "what idles goes back to the system at once\n") == 1);
  CHECK(count_of(errors, "tarn:") == 1);
  CHECK(count_of(errors, "holds") == 1);
}

TEST_CASE(
    "beyond the hard limit an ask is refused, and small ones are served") {
  for (const char* test_case :
       {"the limit is met by small", "the limit is met by large"}) {
    const std::string errors = errors_of("28M,32M", test_case);
    CHECK(count_of(errors,
                   "tarn: 32 MiB, the hard limit, do not suffice: an ask for "
                   "memory was refused\n") == 1);
    CHECK(count_of(errors, "tarn:") == 2);
    CHECK(count_of(errors, "holds") == 1);
  }
}

TEST_CASE("regions and what threads hold are counted") {
  CHECK(count_of(errors_of("64M,64M", "regions of threads"), "holds") == 1);
}

// What the cases above run.

TEST_CASE("a block is had" * doctest::skip()) {
  void* const block = default_heap().allocate(100);
  CHECK(block != nullptr);
  default_heap().deallocate(block);
  CHECK(space_stats().hard == 0);
}

TEST_CASE("much comes and goes" * doctest::skip()) {
  purge_on_requests(false);
  Heap& heap = default_heap();
  constexpr std::size_t size = 2 * MiB;
  std::vector<void*> blocks;
  for (unsigned i = 0; i < 40; ++i) {
    blocks.push_back(heap.allocate(size));
    std::memset(blocks.back(), 1, size);
  }
  CHECK(space_stats().soft == 32 * MiB);
  // More than 60 MiB come back, with 40 in use.
  for (unsigned round = 0; round < 3; ++round)
    for (unsigned i = 0; i < 20; ++i) {
      heap.deallocate(blocks[i]);
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
      blocks[i] = heap.allocate(size);
      std::memset(blocks[i], 1, size);
    }
  for (unsigned i = 0; i < 20; ++i) {
    heap.deallocate(blocks[i]);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  CHECK(space_stats().dirty <= 4 * MiB);
  CHECK(space_stats().purged >= 60 * MiB);
}

// After a refusal: as much as an exception and its message need, again and
// again.
void check_reserve() {
  Heap& heap = default_heap();
  for (unsigned round = 0; round < 1000; ++round)
    for (const std::size_t size :
         {152u, 64u, 201u, 300u, 450u, 512u, 601u, 800u, 1024u, 2048u, 4096u}) {
      void* const block = heap.allocate(size);
      CHECK(block != nullptr);
      heap.deallocate(block);
    }
}

TEST_CASE("the limit is met by small blocks" * doctest::skip()) {
  Heap& heap = default_heap();
  struct Block {
    Block* next;
  };
  Block* all = nullptr;
  std::size_t bytes = 0;
  for (unsigned refused = 0; refused < 3;) {
    auto* const block = static_cast<Block*>(heap.allocate(48));
    if (block == nullptr) {
      ++refused;
      continue;
    }
    CHECK(refused == 0);
    block->next = all;
    all = block;
    bytes += 48;
  }
  CHECK(bytes < 32 * MiB);
  CHECK(bytes > 28 * MiB);
  CHECK(space_stats().held <= 32 * MiB);
  CHECK(space_stats().refusals != 0);
  check_reserve();
  while (all != nullptr) {
    Block* const next = all->next;
    heap.deallocate(all);
    all = next;
  }
  void* const large = heap.allocate(16 * MiB);
  CHECK(large != nullptr);
  heap.deallocate(large);
}

TEST_CASE("the limit is met by large blocks" * doctest::skip()) {
  Heap& heap = default_heap();
  std::vector<void*> blocks;
  while (void* const block = heap.allocate(1 * MiB))
    blocks.push_back(block);
  CHECK(blocks.size() >= 29);
  CHECK(blocks.size() <= 32);
  check_reserve();
  CHECK(heap.allocate(1 * MiB) == nullptr);
  CHECK_FALSE(heap.try_expand(blocks.back(), 8 * MiB));
  for (void* const block : blocks)
    heap.deallocate(block);
  CHECK(heap.allocate(20 * MiB) != nullptr);
}

TEST_CASE("regions of threads meet the limit" * doctest::skip()) {
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i)
    threads.emplace_back([] {
      Region region;
      while (region.allocate(4 * KiB) != nullptr) {
      }
      CHECK(region.ran_out());
      CHECK(space_stats().held <= 64 * MiB);
    });
  for (std::thread& thread : threads)
    thread.join();
  // What the threads left in the store comes back by its age.
  Region region;
  bool is_back = false;
  for (unsigned round = 0; round < 500 && !is_back; ++round) {
    maintain(10'000'000);
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    is_back = region.allocate(16 * MiB) != nullptr;
  }
  CHECK(is_back);
}

}  // namespace
