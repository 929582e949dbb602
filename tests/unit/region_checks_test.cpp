// What the seam for checks promises: a pool that is held back is watched at
// every call, and does what it does otherwise.
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"

#include "port/check_hooks.hpp"
#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>
#include <map>
#include <memory_resource>
#include <string>
#include <vector>

using tarn::KiB;
using tarn::Mark;
using tarn::Region;
using tarn::test::CountingUpstream;

namespace {

// What a watcher knows: the blocks that live, by address.
std::map<std::byte*, std::size_t> blocks;
std::uint32_t last_pool = 0;
bool watching = true;

bool holds_back(tarn::PoolKind kind, std::uint32_t) noexcept {
  return watching && kind == tarn::PoolKind::region;
}

void on_allocate(std::uint32_t pool, void* block, std::size_t size) noexcept {
  last_pool = pool;
  CHECK(blocks.emplace(static_cast<std::byte*>(block), size).second);
}

void on_deallocate(std::uint32_t, void* block, std::size_t size) noexcept {
  const auto known = blocks.find(static_cast<std::byte*>(block));
  REQUIRE(known != blocks.end());
  CHECK(known->second == size);
  blocks.erase(known);
}

void on_end(std::uint32_t, void* memory, std::size_t size) noexcept {
  auto* const from = static_cast<std::byte*>(memory);
  blocks.erase(blocks.lower_bound(from), blocks.lower_bound(from + size));
}

constexpr tarn::port::CheckHooks hooks{holds_back, on_allocate, on_deallocate,
                                       on_end};

class Watched {
 public:
  Watched() {
    blocks.clear();
    watching = true;
    tarn::port::check_hooks.store(&hooks, std::memory_order_release);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() { tarn::port::check_hooks.store(nullptr); }
};

bool knows(const void* block, std::size_t size) {
  const auto known =
      blocks.find(const_cast<std::byte*>(static_cast<const std::byte*>(block)));
  return known != blocks.end() && known->second == size;
}

}  // namespace

TEST_CASE("every block is told of, with its size") {
  const Watched watched;
  CountingUpstream upstream;
  Region region{upstream, {.name = "watched"}};
  for (const std::size_t size : {1u, 16u, 100u, 5000u, 100000u}) {
    CHECK(knows(region.allocate(size), size));
    CHECK(knows(region.allocate_zeroed(size, 64), size));
    CHECK(knows(region.make_array<char>(size), size));
  }
  CHECK(last_pool != 0);
  CHECK(region.check());
}

TEST_CASE("a block that is given up is told of, and told of again") {
  const Watched watched;
  CountingUpstream upstream;
  Region region{upstream};
  void* const table = region.allocate(1000);
  void* const block = region.allocate(1000);
  void* const newest = region.allocate(1000);
  for (void* const p : {table, block, newest}) {
    region.deallocate(p, 1000);
    CHECK(blocks.count(static_cast<std::byte*>(p)) == 0);
  }
  void* const again = region.allocate_or_recycle(500);
  CHECK(again == block);
  CHECK(knows(again, 500));
  region.deallocate(nullptr, 7);
}

TEST_CASE("a block that is resized where it lies is told of") {
  const Watched watched;
  CountingUpstream upstream;
  Region region{upstream};
  void* const block = region.allocate(100);
  CHECK(region.resize_in_place(block, 100, 200));
  CHECK(knows(block, 200));
  CHECK(region.grow(block, 200, 300) == block);
  CHECK(knows(block, 300));
  void* const large = region.grow(block, 300, 100000);
  CHECK(knows(large, 100000));
  CHECK(region.resize_in_place(large, 100000, 90000));
  CHECK(knows(large, 90000));
  CHECK(blocks.size() == 1);
}

TEST_CASE("all blocks are told to have ended at reset and at the end") {
  const Watched watched;
  CountingUpstream upstream;
  {
    Region region{upstream};
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 20; ++i)
        REQUIRE(region.allocate(3000) != nullptr);
      REQUIRE(region.allocate(100 * KiB) != nullptr);
      CHECK(blocks.size() == 21);
      if (round == 0)
        region.reset();
      CHECK(blocks.size() == (round == 0 ? 0 : 21));
    }
  }
  CHECK(blocks.empty());
}

TEST_CASE("blocks since the mark are told to have ended at a rewind") {
  const Watched watched;
  CountingUpstream upstream;
  Region region{upstream};
  void* const before = region.allocate(100);
  const Mark mark = region.mark();
  const std::size_t count = blocks.size();
  for (int i = 0; i < 20; ++i)
    REQUIRE(region.allocate(3000) != nullptr);
  void* const large = region.allocate(300 * KiB);
  REQUIRE(region.allocate(300 * KiB) != nullptr);
  CHECK(region.free_large(large));
  CHECK(blocks.size() == count + 21);
  region.rewind(mark);
  CHECK(blocks.size() == count);
  CHECK(knows(before, 100));
}

TEST_CASE("containers and text are watched like all else") {
  const Watched watched;
  CountingUpstream upstream;
  Region region{upstream};
  auto* const lines = region.make<std::pmr::vector<std::pmr::string>>();
  for (int i = 0; i < 200; ++i)
    lines->emplace_back("a line that is too long for the string itself");
  CHECK(blocks.size() > 200);
  CHECK(region.check());
  region.reset();
  CHECK(blocks.empty());
}

TEST_CASE("a mode of checking takes effect at the next reset") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.allocate(16) != nullptr);
  {
    const Watched watched;
    region.reset();
    REQUIRE(region.allocate(16) != nullptr);
    CHECK(blocks.size() == 1);
    CHECK(region.check());
    watching = false;
    region.reset();
    CHECK(blocks.empty());
  }
  REQUIRE(region.allocate(16) != nullptr);
  CHECK(region.check());
}

TEST_CASE("a region that was detached while watched goes on as usual") {
  CountingUpstream upstream;
  Region region{upstream};
  {
    const Watched watched;
    REQUIRE(region.allocate(16) != nullptr);
    (void)region.detach();
  }
  REQUIRE(region.allocate(16) != nullptr);
  CHECK(region.check());
  REQUIRE(region.allocate(16) != nullptr);
  CHECK(region.check());
}
