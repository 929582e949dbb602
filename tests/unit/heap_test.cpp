#include "tarn/heap.hpp"

#include "tarn/describe.hpp"
#include "tarn/system.hpp"

#include "heap/thread_heap.hpp"
#include "os/memory.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

Heap& pool = default_heap();

bool is_all(const void* p, int byte, std::size_t size) {
  const auto* const bytes = static_cast<const unsigned char*>(p);
  for (std::size_t i = 0; i < size; ++i)
    if (bytes[i] != byte)
      return false;
  return true;
}

std::uintptr_t address(const void* p) {
  return reinterpret_cast<std::uintptr_t>(p);
}

struct Refusing {
  explicit Refusing(long after) { os::refuse_requests_after(after); }
  ~Refusing() { os::refuse_requests_after(-1); }
};

}  // namespace

TEST_CASE("a class is the smallest that holds the size") {
  for (std::size_t size = 1; size <= heap::largest_small; ++size) {
    const unsigned size_class = heap::class_of(size);
    REQUIRE(heap::size_of(size_class) >= size);
    REQUIRE((size_class == 1 || heap::size_of(size_class - 1) < size));
  }
  CHECK(heap::class_of(0) == 1);
}

TEST_CASE("rounding takes at most a fifth of a block above 64 bytes") {
  for (std::size_t size = 65; size <= heap::largest_small; ++size)
    REQUIRE((heap::size_of(heap::class_of(size)) - size) * 5 <=
            heap::size_of(heap::class_of(size)));
}

TEST_CASE("a power of two and a header take at most an eighth more") {
  using namespace tarn::heap;
  for (std::size_t power = 1 * KiB; power < largest_small; power *= 2) {
    CAPTURE(power);
    CHECK(size_of(class_of(power + 8)) <= power + power / 8);
    CHECK(size_of(class_of(power + 128)) <= power + power / 8);
  }
}

TEST_CASE("a block has the bytes asked for, at a multiple of 16") {
  for (std::size_t size :
       {std::size_t{1}, std::size_t{16}, std::size_t{17}, std::size_t{1000},
        std::size_t{1024}, std::size_t{1025}, std::size_t{32768},
        std::size_t{32769}, 3 * MiB}) {
    CAPTURE(size);
    void* const block = pool.allocate(size);
    REQUIRE(block != nullptr);
    CHECK(address(block) % max_align == 0);
    CHECK(pool.usable_size(block) >= size);
    std::memset(block, 0xA5, pool.usable_size(block));
    CHECK(is_all(block, 0xA5, size));
    pool.deallocate(block);
  }
}

TEST_CASE("a size of 0 gives a block of its own") {
  void* const one = pool.allocate(0);
  void* const two = pool.allocate(0);
  CHECK(one != nullptr);
  CHECK(two != nullptr);
  CHECK(one != two);
  pool.deallocate(one);
  pool.deallocate(two);
}

TEST_CASE("giving back nullptr does nothing") {
  pool.deallocate(nullptr);
  pool.deallocate(nullptr, 100);
  CHECK(pool.usable_size(nullptr) == 0);
}

TEST_CASE("the block given back last is had again first") {
  void* const block = pool.allocate(200);
  pool.deallocate(block);
  CHECK(pool.allocate(200) == block);
  pool.deallocate(block, 200);
  CHECK(pool.allocate(200) == block);
  pool.deallocate(block);
}

TEST_CASE("blocks that live at the same time do not overlap") {
  std::set<std::pair<std::uintptr_t, std::uintptr_t>> blocks;
  for (std::size_t size = 1; size < 40'000; size += size / 7 + 1)
    for (int i = 0; i < 20; ++i) {
      void* const block = pool.allocate(size);
      REQUIRE(block != nullptr);
      blocks.insert({address(block), address(block) + size});
    }
  std::uintptr_t end = 0;
  for (const auto& [from, to] : blocks) {
    REQUIRE(from >= end);
    end = to;
  }
  for (const auto& block : blocks)
    pool.deallocate(reinterpret_cast<void*>(block.first));
}

TEST_CASE("an alignment is kept, small and large") {
  for (std::size_t align = 1; align <= 4 * MiB; align *= 2)
    for (std::size_t size : {std::size_t{1}, std::size_t{100},
                             std::size_t{5000}, std::size_t{70'000}}) {
      CAPTURE(align);
      CAPTURE(size);
      void* const block = pool.allocate(size, align);
      REQUIRE(block != nullptr);
      CHECK(address(block) % align == 0);
      CHECK(pool.usable_size(block) >= size);
      std::memset(block, 1, size);
      pool.deallocate(block);
    }
}

TEST_CASE("zeroed blocks are zero, also where others wrote before") {
  for (std::size_t size : {std::size_t{48}, std::size_t{2000},
                           std::size_t{30'000}, std::size_t{200'000}}) {
    CAPTURE(size);
    for (int round = 0; round < 3; ++round) {
      void* const block = pool.allocate_zeroed(size);
      REQUIRE(block != nullptr);
      CHECK(is_all(block, 0, size));
      std::memset(block, 0xFF, size);
      pool.deallocate(block);
    }
  }
}

TEST_CASE("a large zeroed block that nobody used is not touched") {
  constexpr std::size_t size = 512 * MiB;
  auto* const block = static_cast<std::byte*>(pool.allocate_zeroed(size));
  REQUIRE(block != nullptr);
  CHECK(os::present(block + 256 * MiB, os::huge_page) == 0);
  pool.deallocate(block);
}

TEST_CASE("reallocating keeps the bytes and gives the old block back") {
  auto* block = static_cast<char*>(pool.allocate(10));
  std::strcpy(block, "tarn");
  for (std::size_t size :
       {std::size_t{100}, std::size_t{3000}, std::size_t{100'000}, 5 * MiB,
        std::size_t{500}, std::size_t{8}}) {
    CAPTURE(size);
    block = static_cast<char*>(pool.reallocate(block, size));
    REQUIRE(block != nullptr);
    CHECK(std::string{block} == "tarn");
    CHECK(pool.usable_size(block) >= size);
  }
  pool.deallocate(block);
  CHECK(pool.reallocate(nullptr, 8) == block);
  pool.deallocate(block);
}

TEST_CASE("reallocating to what the block has room for keeps it") {
  void* const block = pool.allocate(100);
  CHECK(pool.reallocate(block, pool.usable_size(block)) == block);
  CHECK(pool.reallocate(block, 60) == block);
  pool.deallocate(block);
}

TEST_CASE("a large block grows where it lies when there is room behind it") {
  // Blocks of granules that lie in a row.
  std::vector<void*> blocks{pool.allocate(100'000)};
  const std::size_t before = pool.usable_size(blocks[0]);
  const auto are_in_a_row = [&](std::size_t i) {
    return address(blocks[i]) == address(blocks[i - 1]) + before;
  };
  do
    blocks.push_back(pool.allocate(before));
  while (blocks.size() < 100 &&
         (blocks.size() < 3 || !are_in_a_row(blocks.size() - 1) ||
          !are_in_a_row(blocks.size() - 2)));
  void* const barrier = blocks.back();
  void* const behind = blocks[blocks.size() - 2];
  void* const block = blocks[blocks.size() - 3];
  blocks.resize(blocks.size() - 3);
  REQUIRE(address(barrier) == address(block) + 2 * before);
  for (void* const other : blocks)
    pool.deallocate(other);
  CHECK_FALSE(pool.try_expand(block, before + 1));
  CHECK(pool.usable_size(block) == before);
  pool.deallocate(behind);
  CHECK(pool.try_expand(block, before + 1));
  CHECK(pool.usable_size(block) > before);
  CHECK(pool.usable_size(barrier) == before);
  pool.deallocate(block);
  pool.deallocate(barrier);
}

TEST_CASE("a small block expands within its size class only") {
  void* const block = pool.allocate(100);
  CHECK(pool.try_expand(block, pool.usable_size(block)));
  CHECK_FALSE(pool.try_expand(block, pool.usable_size(block) + 1));
  pool.deallocate(block);
}

TEST_CASE("a large block that shrinks gives the rest back") {
  void* const block = pool.allocate(4 * MiB);
  const std::size_t held = space_stats().held;
  CHECK(pool.reallocate(block, 1 * MiB) == block);
  CHECK(pool.usable_size(block) == 1 * MiB);
  CHECK(space_stats().held == held - 3 * MiB);
  pool.deallocate(block);
}

TEST_CASE("a large block shrinks where it lies, to one granule too") {
  void* const block = pool.allocate(100'000);
  CHECK(pool.usable_size(block) == 128 * KiB);
  CHECK_FALSE(pool.try_expand(block, SIZE_MAX));
  CHECK(pool.usable_size(block) == 128 * KiB);
  CHECK(pool.reallocate(block, 40'000) == block);
  CHECK(pool.usable_size(block) == 64 * KiB);
  pool.deallocate(block);
}

TEST_CASE("sizes beyond all memory are refused") {
  for (const std::size_t size :
       {SIZE_MAX, SIZE_MAX - 100, SIZE_MAX / 2, std::size_t{1} << 46}) {
    CHECK(pool.allocate(size) == nullptr);
    CHECK(pool.allocate(size, 4096) == nullptr);
    CHECK(pool.allocate_zeroed(size) == nullptr);
  }
  void* const block = pool.allocate(100);
  std::memset(block, 7, 100);
  CHECK(pool.reallocate(block, SIZE_MAX) == nullptr);
  CHECK(is_all(block, 7, 100));
  pool.deallocate(block);
}

TEST_CASE("a refusal by the system is nullptr, and nothing has changed") {
  std::vector<void*> blocks;
  for (long allowed = 0; allowed < 3; ++allowed) {
    const Refusing refusing{allowed};
    // More than stretches that were opened before can hold.
    const std::size_t size = space_stats().committed + 64 * MiB;
    void* const block = pool.allocate(size);
    if (block != nullptr)
      blocks.push_back(block);
  }
  for (void* const block : blocks)
    pool.deallocate(block);
  void* const block = pool.allocate(100);
  CHECK(block != nullptr);
  pool.deallocate(block);
}

TEST_CASE("blocks given back by another thread serve again") {
  std::vector<void*> blocks;
  std::set<void*> known;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 5000; ++i)
      blocks.push_back(pool.allocate(64));
    std::thread{[&blocks] {
      for (void* const block : blocks)
        pool.deallocate(block);
    }}.join();
    known.insert(blocks.begin(), blocks.end());
    blocks.clear();
  }
  CHECK(known.size() < 4 * 5000);
}

TEST_CASE("blocks of a thread that ended stay usable and come back") {
  std::vector<void*> blocks;
  std::thread{[&blocks] {
    for (int i = 0; i < 1000; ++i) {
      blocks.push_back(pool.allocate(500));
      std::memset(blocks.back(), 9, 500);
    }
  }}.join();
  for (void* const block : blocks) {
    REQUIRE(is_all(block, 9, 500));
    pool.deallocate(block);
  }
}

TEST_CASE("threads one after another use one heap between them") {
  const heap::HeapId before = heap::heaps();
  for (int i = 0; i < 50; ++i)
    std::thread{[] { pool.deallocate(pool.allocate(100)); }}.join();
  CHECK(heap::heaps() <= before + 1);
}

TEST_CASE("an address of the heap is told with its block") {
  auto* const small = static_cast<std::byte*>(pool.allocate(100));
  const Description found = describe(small + 50);
  CHECK(found.kind == AddressKind::block);
  CHECK(found.pool == PoolKind::heap);
  CHECK(found.start == small);
  CHECK(found.size == pool.usable_size(small));
  CHECK(found.offset == 50);
  auto* const large = static_cast<std::byte*>(pool.allocate(1 * MiB));
  CHECK(describe(large + 70'000).start == large);
  CHECK(describe(large).pool == PoolKind::heap);
  char line[160];
  describe(small + 2, line, sizeof line);
  CHECK(std::string{line}.find(
            "2 bytes into a 112-byte block of the heap, in use, of thread 0") !=
        std::string::npos);
  pool.deallocate(small);
  pool.deallocate(large);
}
