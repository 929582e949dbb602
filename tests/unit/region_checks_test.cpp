// What the seam for checks promises: a pool that is held back is watched at
// every call, and does what it does otherwise.
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"

#include "port/region_hooks.hpp"
#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>
#include <map>
#include <memory_resource>
#include <string>
#include <vector>

using tarn::KiB;
using tarn::Mark;
using tarn::MiB;
using tarn::Region;
using tarn::test::CountingUpstream;

namespace {

using tarn::Loan;
using tarn::port::RegionBlock;
using tarn::port::RegionEnd;
using tarn::port::RegionHooks;
using tarn::port::RegionStart;
using tarn::port::RegionUse;
using tarn::port::RegionWatch;

struct Known {
  std::size_t size;
  RegionBlock room;
};

// What a watcher knows: the blocks that live, by address.
std::map<std::byte*, Known> blocks;
std::uint32_t last_pool = 0;
bool watching = true;

void erase(std::byte* from, std::byte* to) {
  blocks.erase(blocks.lower_bound(from), blocks.lower_bound(to));
}

const RegionHooks hooks{
    .lent = [](RegionWatch&, Loan, bool) noexcept {},
    .allocated = [](RegionWatch&, const RegionBlock& made, std::size_t size,
                    std::size_t align) noexcept -> void* {
      std::byte* const block = made.begin + made.front;
      CHECK(made.front >= align);
      CHECK(static_cast<std::size_t>(made.end - block) >= size + 16);
      CHECK(blocks.emplace(block, Known{size, made}).second);
      return block;
    },
    .again = [](RegionWatch&, std::size_t, std::size_t) noexcept -> void* {
      return nullptr;
    },
    .find = [](RegionWatch&, void* block, std::size_t size,
               RegionUse use) noexcept -> RegionBlock {
      const auto known = blocks.find(static_cast<std::byte*>(block));
      REQUIRE(known != blocks.end());
      if (use != RegionUse::freed)
        CHECK(known->second.size == size);
      return known->second.room;
    },
    .given_up =
        [](RegionWatch&, void* block) noexcept {
          blocks.erase(static_cast<std::byte*>(block));
        },
    .resized =
        [](RegionWatch&, void* block, std::size_t size,
           std::byte* end) noexcept {
          Known& known = blocks.at(static_cast<std::byte*>(block));
          known.size = size;
          known.room.end = end;
        },
    .verify = [](RegionWatch&) noexcept {},
    .ended = [](RegionWatch&, std::byte* from, std::byte* to,
                Loan) noexcept -> std::byte* {
      erase(from, to);
      return to;
    },
    .retire =
        [](RegionWatch&, Loan, std::byte* from, std::byte* to, bool) noexcept {
          erase(from, to);
          return false;
        },
    .after_mark = [](RegionWatch&, std::byte* next,
                     Loan) noexcept { return next; },
    .merge = [](RegionWatch*, RegionWatch&) noexcept {},
    .make_room = []() noexcept { return false; },
    .about_to_end = [](RegionWatch&) noexcept {},
    .end = [](RegionWatch&) noexcept {},
    .used_after_end = [](RegionWatch&,
                         const Region*) noexcept { CHECK(false); },
    .tell = [](RegionWatch&, tarn::Fault,
               const tarn::base::Line&) noexcept { CHECK(false); },
    .linger =
        [](RegionWatch& watch, std::uint32_t user) noexcept {
          return watch.last_user.exchange(user);
        }};

RegionWatch* begin(RegionStart& start) noexcept {
  // One for all: nobody ends one here.
  static RegionWatch watches[64];
  static unsigned next = 0;
  last_pool = start.id;
  if (!watching)
    return nullptr;
  if (start.former != nullptr)
    return start.former;
  RegionWatch& watch = watches[next++ % 64];
  watch.hooks = &hooks;
  watch.region = start.region;
  return &watch;
}

class Watched {
 public:
  Watched() : former_(tarn::port::region_begin.exchange(begin)) {
    blocks.clear();
    watching = true;
    tarn::set_check_mode(tarn::CheckMode::full);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() {
    tarn::set_check_mode(tarn::CheckMode::off);
    tarn::port::region_begin.store(former_);
  }

 private:
  tarn::port::RegionBegin former_;
};

bool knows(const void* block, std::size_t size) {
  const auto known =
      blocks.find(const_cast<std::byte*>(static_cast<const std::byte*>(block)));
  return known != blocks.end() && known->second.size == size;
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

TEST_CASE("a block that is given up is told of, and not used again") {
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
  CHECK(again != block);
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

TEST_CASE("a sealed region gives nothing until it is unsealed or reset") {
  CountingUpstream upstream;
  Region region{upstream};
  char* const block = static_cast<char*>(region.allocate(16));
  REQUIRE(block != nullptr);
  Region empty{upstream};
  for (Region* const one : {&region, &empty}) {
    one->seal();
    CHECK(one->is_sealed());
    CHECK(one->allocate(1) == nullptr);
    CHECK(one->allocate(16, 64) == nullptr);
    CHECK(one->allocate(MiB) == nullptr);
    CHECK(one->allocate_or_recycle(200) == nullptr);
    CHECK_FALSE(one->mark());
    CHECK_FALSE(one->reserve(1));
    CHECK(one->make_child() == nullptr);
    CHECK(one->ran_out());
    CHECK(one->check());
  }
  block[0] = 'a';
  CHECK_FALSE(region.resize_in_place(block, 16, 32));
  CHECK(region.grow(block, 16, 32) == nullptr);
  CHECK(region.resize_in_place(block, 16, 8));
  CHECK_FALSE(region.merge(empty));
  region.unseal();
  empty.reset();
  for (Region* const one : {&region, &empty}) {
    CHECK_FALSE(one->is_sealed());
    CHECK(one->allocate(16) != nullptr);
    CHECK(one->check());
  }
}

TEST_CASE("a sealed region takes blocks back, and a rewind leaves it sealed") {
  CountingUpstream upstream;
  Region region{upstream};
  const Mark mark = region.mark();
  void* const block = region.allocate(500);
  REQUIRE(block != nullptr);
  region.seal();
  region.deallocate(block, 500);
  region.rewind(mark);
  CHECK(region.is_sealed());
  CHECK(region.allocate(8) == nullptr);
  CHECK(region.check());
  Region other{upstream};
  CHECK(other.merge(region));
  CHECK_FALSE(region.is_sealed());
  CHECK(other.allocate(8) != nullptr);
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
