// Heaps of one's own: what a begun, shared, budgeted and ended heap promises.
#include "tarn/describe.hpp"
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "heap/thread_heap.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <doctest/doctest.h>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

void fill(void* p, std::size_t size) {
  REQUIRE(p != nullptr);
  std::memset(p, 0x5A, size);
}

// What a thread has at hand of each heap, blocks of other threads included.
void use_on_two_threads(Heap& heap) {
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < 3000; ++i) {
    blocks.push_back(heap.allocate(i * 7 % 2000));
    fill(blocks.back(), i * 7 % 2000);
  }
  std::thread{[&] {
    for (std::size_t i = 0; i < blocks.size(); i += 2)
      heap.deallocate(blocks[i]);
    static_cast<void>(heap.allocate(100'000));
    static_cast<void>(heap.allocate(100));
  }}.join();
}

}  // namespace

TEST_CASE("a heap of one's own serves sizes of all kinds, aligned too") {
  Heap heap{{.name = "own"}};
  for (std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{500}, std::size_t{5000},
        std::size_t{32768}, std::size_t{200'000}})
    for (std::size_t align = 16; align <= 128 * KiB; align *= 4) {
      CAPTURE(size);
      CAPTURE(align);
      void* const block = heap.allocate(size, align);
      fill(block, size);
      CHECK(detail::address_of(block) % align == 0);
      CHECK(heap.usable_size(block) >= size);
      heap.deallocate(block);
    }
  CHECK(std::string{heap.name()} == "own");
}

TEST_CASE("a heap that ends gives all it holds back, whoever has its blocks") {
  { Heap warm_up; }
  const std::size_t held = space_stats().held;
  for (int i = 0; i < 3; ++i) {
    Heap heap;
    use_on_two_threads(heap);
    CHECK(space_stats().held > held);
  }
  // What is left are thread heaps, which serve again.
  CHECK(space_stats().held <= held + 64 * KiB);
}

TEST_CASE("blocks of one heap are untouched by the end of another") {
  Heap stays{{.name = "stays"}};
  std::vector<unsigned char*> blocks;
  for (int round = 0; round < 20; ++round) {
    Heap ends;
    use_on_two_threads(ends);
    for (int i = 0; i < 100; ++i) {
      blocks.push_back(static_cast<unsigned char*>(stays.allocate(300)));
      std::memset(blocks.back(), round, 300);
    }
  }
  for (std::size_t i = 0; i < blocks.size(); ++i)
    for (int k = 0; k < 300; ++k)
      REQUIRE(blocks[i][k] == i / 100);
}

TEST_CASE("a thread's bins of a heap that ended serve the next one") {
  for (int i = 0; i < 100; ++i) {
    Heap heap;
    void* const block = heap.allocate(64);
    heap.deallocate(block);
    CHECK(heap.allocate(64) == block);
  }
  CHECK(heap::heaps() < 20);
}

TEST_CASE("heaps beyond those that have bins for each thread serve as well") {
  std::vector<std::unique_ptr<Heap>> heaps;
  for (int i = 0; i < 40; ++i) {
    heaps.push_back(std::make_unique<Heap>());
    for (std::size_t size = 1; size < 100'000; size = size * 3 + 1)
      fill(heaps.back()->allocate(size), size);
  }
  for (const auto& heap : heaps)
    std::thread{[&heap] { heap->deallocate(heap->allocate(100)); }}.join();
}

TEST_CASE("an address of a heap of one's own is told with its name") {
  char line[200];
  for (const bool is_compact : {false, true}) {
    Heap heap{{.name = "sessions", .compact = is_compact}};
    for (const std::size_t size :
         {std::size_t{100}, std::size_t{20'000}, std::size_t{100'000}}) {
      auto* const block = static_cast<std::byte*>(heap.allocate(size));
      const Description found = describe(block + 50);
      CHECK(found.pool == PoolKind::heap);
      CHECK(found.start == block);
      CHECK(found.offset == 50);
      CHECK(found.size == heap.usable_size(block));
      describe(block, line, sizeof line);
      CHECK(std::string{line}.find("of heap 'sessions'") != std::string::npos);
      heap.deallocate(block);
    }
  }
}

TEST_CASE(
    "a budget is charged what the heap holds, and nothing after its end") {
  for (const std::size_t limit : {4 * MiB, 64 * MiB}) {
    CAPTURE(limit);
    Budget budget{"tenant", limit};
    {
      Heap heap{budget, {.name = "tenant"}};
      CHECK(budget.held() == 0);
      use_on_two_threads(heap);
      CHECK(budget.held() >= 2 * MiB);
      CHECK(budget.held() % (64 * KiB) == 0);
    }
    CHECK(budget.held() == 0);
    CHECK(budget.check());
  }
}

TEST_CASE("a budget that all blocks went back to is free for others") {
  Budget budget{"tenant", 4 * MiB};
  Heap heap{budget};
  for (int round = 0; round < 5; ++round) {
    std::vector<void*> blocks;
    for (void* block = heap.allocate(1000); block != nullptr;
         block = heap.allocate(1000))
      blocks.push_back(block);
    CHECK(blocks.size() * 1000 > 3 * MiB);
    for (void* const block : blocks)
      heap.deallocate(block);
    CHECK(budget.held() == 0);
  }
}

TEST_CASE("beyond the budget: nullptr, and what there is stays as it was") {
  for (const std::size_t limit : {1 * MiB, 16 * MiB}) {
    CAPTURE(limit);
    Budget budget{"tenant", limit};
    Heap heap{budget};
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    std::mt19937 random{1};
    for (int refused = 0; refused < 50;) {
      const std::size_t size = random() % (random() % 10 == 0 ? 40'000 : 900);
      auto* const block = static_cast<unsigned char*>(heap.allocate(size));
      if (block == nullptr) {
        ++refused;
        continue;
      }
      std::memset(block, static_cast<int>(blocks.size() % 251), size);
      blocks.emplace_back(block, size);
    }
    CHECK(heap.allocate(limit) == nullptr);
    CHECK(heap.allocate_zeroed(limit) == nullptr);
    CHECK(heap.reallocate(blocks[0].first, limit) == nullptr);
    CHECK_FALSE(heap.try_expand(blocks[0].first, limit));
    CHECK(budget.held() <= limit);
    for (std::size_t i = 0; i < blocks.size(); ++i)
      REQUIRE(std::count(blocks[i].first, blocks[i].first + blocks[i].second,
                         i % 251) ==
              static_cast<std::ptrdiff_t>(blocks[i].second));
    for (const auto& [block, size] : blocks)
      heap.deallocate(block, size);
    // Room again.
    heap.deallocate(heap.allocate(limit / 2));
  }
}

TEST_CASE("what waits for reuse goes back before a large block is refused") {
  Budget budget{"small", 16 * MiB};
  Heap heap{budget};
  std::vector<void*> blocks;
  for (std::size_t size = 16; size <= 2 * KiB; size *= 2)
    for (int i = 0; i < 40; ++i)
      blocks.push_back(heap.allocate(size));
  for (void* const block : blocks)
    heap.deallocate(block);
  REQUIRE(budget.held() >= 128 * KiB);
  const std::size_t most = budget.limit() - 64 * KiB;
  void* const large = heap.allocate(most);
  fill(large, most);
  heap.deallocate(large);
}

TEST_CASE("a zeroed block of a budget is zero where others wrote before") {
  Budget budget{"tenant", 16 * MiB};
  Heap heap{budget};
  for (const std::size_t size : {std::size_t{5000}, std::size_t{60'000},
                                 std::size_t{200'000}, 1 * MiB}) {
    CAPTURE(size);
    for (int round = 0; round < 3; ++round) {
      auto* const block =
          static_cast<unsigned char*>(heap.allocate_zeroed(size));
      REQUIRE(block != nullptr);
      CHECK(std::count(block, block + size, 0) ==
            static_cast<std::ptrdiff_t>(size));
      std::memset(block, 0xFF, size);
      heap.deallocate(block);
      fill(heap.allocate(size), 1);
    }
  }
}

TEST_CASE("a budget of 1 MiB serves 700 KiB of mixed sizes from four threads") {
  Budget budget{"small", 1 * MiB};
  Heap heap{budget};
  constexpr std::size_t part = 175 * KiB;
  std::array<std::size_t, 4> served{};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      std::mt19937 random{i};
      while (served[i] < part) {
        const auto kind = random() % 100;
        std::size_t size = 16 + random() % 500;
        if (kind >= 70)
          size = 16 + random() % (kind < 95 ? 3000 : 12'000);
        void* const block = heap.allocate(size);
        if (block == nullptr)
          return;
        std::memset(block, 1, size);
        served[i] += size;
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  for (const std::size_t bytes : served)
    CHECK(bytes >= part);
}

TEST_CASE("a heap over memory that is not the system's takes nothing") {
  alignas(64 * KiB) static std::byte bytes[1 * MiB];
  BufferUpstream buffer{bytes, sizeof bytes};
  Budget budget{"buffer", 1 * MiB, buffer};
  const std::size_t free = buffer.free_bytes();
  Heap heap{budget};
  CHECK(heap.allocate(100) == nullptr);
  CHECK(heap.allocate(100'000) == nullptr);
  CHECK(buffer.free_bytes() == free);
  CHECK(budget.held() == 0);
}

TEST_CASE("as many blocks as are asked for come in one call") {
  Heap own;
  Heap compact{{.compact = true}};
  for (Heap* const heap : {&default_heap(), &own, &compact})
    for (const std::size_t size : {std::size_t{16}, std::size_t{700},
                                   std::size_t{9000}, std::size_t{70'000}}) {
      CAPTURE(size);
      std::vector<void*> blocks(200);
      REQUIRE(heap->allocate_many(size, 200, blocks.data()) == 200);
      for (std::size_t i = 0; i < 200; ++i)
        std::memset(blocks[i], static_cast<int>(i), size);
      for (std::size_t i = 0; i < 200; ++i)
        for (std::size_t k = 0; k < size; k += 13)
          REQUIRE(static_cast<unsigned char*>(blocks[i])[k] == i);
      blocks[100] = nullptr;
      heap->deallocate_many(blocks.data(), 200);
    }
  CHECK(own.allocate_many(10, 0, nullptr) == 0);
}

TEST_CASE("where fewer blocks come, their count says so") {
  Budget budget{"tenant", 1 * MiB};
  Heap heap{budget};
  std::vector<void*> blocks(1000);
  const std::size_t came = heap.allocate_many(4000, 1000, blocks.data());
  CHECK(came > 200);
  CHECK(came < 260);
  heap.deallocate_many(blocks.data(), came);
  CHECK(budget.held() == 0);
}
