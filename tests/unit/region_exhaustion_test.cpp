// What region.hpp promises of running out, at every loan of many programs.
#include "tarn/allocator.hpp"
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"
#include "tarn/text.hpp"

#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>
#include <memory>
#include <memory_resource>
#include <new>
#include <string>
#include <vector>

using tarn::child_of;
using tarn::KiB;
using tarn::Mark;
using tarn::Region;
using tarn::test::CountingUpstream;

namespace {

// Counts cleanups that were registered and that ran.
struct Tally {
  int registered = 0;
  int ran = 0;

  static void run(void* tally) noexcept { ++static_cast<Tally*>(tally)->ran; }
};

// Registered by being made, like any thing with a destructor.
struct Counted {
  explicit Counted(Tally& t) : tally(t) { ++tally.registered; }
  Counted(Counted&& other) noexcept : tally(other.tally) { ++tally.registered; }
  ~Counted() { ++tally.ran; }
  Tally& tally;
  char bytes[300] = {};
};

void add_cleanup(Region& region, Tally& tally) {
  if (region.on_reset(Tally::run, &tally))
    ++tally.registered;
}

using Scenario = void (*)(CountingUpstream& upstream, Tally& tally);

void blocks(CountingUpstream& upstream, Tally& tally) {
  Region region{upstream};
  for (std::size_t i = 0; i < 300; ++i) {
    (void)region.allocate(i * 7 % 900, std::size_t{1} << i % 9);
    if (i % 10 == 0)
      add_cleanup(region, tally);
  }
  (void)region.allocate_zeroed(100 * KiB, 4 * KiB);
  (void)region.reserve(50 * KiB);
}

void things(CountingUpstream& upstream, Tally& tally) {
  Region region{upstream, {.first_chunk = KiB}};
  for (int i = 0; i < 30; ++i) {
    (void)region.make<Counted>(tally);
    (void)region.make_array<std::string>(20);
    auto owner = std::make_unique<Counted>(tally);
    const Counted* const before = owner.get();
    if (!region.adopt(std::move(owner)))
      REQUIRE(owner.get() == before);
  }
  region.reset();
  (void)region.make<Counted>(tally);
}

void children(CountingUpstream& upstream, Tally& tally) {
  Region region{upstream, {.first_chunk = KiB}};
  Region child{child_of(region)};
  for (int i = 0; i < 5; ++i) {
    if (Region* const made = region.make_child()) {
      (void)made->make<Counted>(tally);
      if (Region* const grandchild = made->make_child())
        add_cleanup(*grandchild, tally);
    }
    (void)child.make<Counted>(tally);
  }
  region.reset();
  (void)child.make<Counted>(tally);
}

void marks(CountingUpstream& upstream, Tally& tally) {
  Region region{upstream, {.first_chunk = KiB, .wipe = true}};
  for (int i = 0; i < 5; ++i) {
    const Mark mark = region.mark();
    (void)region.make<Counted>(tally);
    (void)region.allocate(40 * KiB);
    const Mark inner = region.mark();
    for (int k = 0; k < 10; ++k)
      (void)region.make<Counted>(tally);
    region.rewind(inner);
    add_cleanup(region, tally);
    if (i != 2)
      region.rewind(mark);
  }
}

void growth(CountingUpstream& upstream, Tally& tally) {
  Region region{upstream, {.first_chunk = KiB, .retain = tarn::retain_all}};
  std::size_t size = 10;
  void* block = region.allocate(size);
  for (int i = 0; i < 20 && block != nullptr; ++i) {
    void* const larger = region.grow(block, size, size * 2);
    if (larger != nullptr) {
      block = larger;
      size *= 2;
    }
    (void)region.allocate(1);
    add_cleanup(region, tally);
  }
  region.reset();
  (void)region.allocate(3000);
}

void merging(CountingUpstream& upstream, Tally& tally) {
  Region region{upstream, {.first_chunk = KiB}};
  for (int i = 0; i < 5; ++i) {
    Region other{upstream, {.first_chunk = KiB}};
    (void)other.make<Counted>(tally);
    (void)other.allocate(50 * KiB);
    (void)region.make<Counted>(tally);
    REQUIRE(region.merge(other));
    add_cleanup(other, tally);
  }
  Region last{region.detach()};
  add_cleanup(region, tally);
  add_cleanup(last, tally);
}

void containers(CountingUpstream& upstream, Tally& tally) {
  Region region{upstream, {.first_chunk = KiB}};
  try {
    auto* const lines = region.make<std::pmr::vector<std::pmr::string>>();
    add_cleanup(region, tally);
    if (lines != nullptr)
      for (std::size_t i = 0; i < 100; ++i)
        lines->emplace_back(i * 3, 'x');
    std::vector<Counted, tarn::RegionAllocator<Counted>> things{{region}};
    for (int i = 0; i < 20; ++i)
      things.emplace_back(tally);
  } catch (const std::bad_alloc&) {
    CHECK(region.ran_out());
  }
  (void)region.copy("some text");
  (void)region.concat(std::string(5000, 'a'), std::string(5000, 'b'));
}

// In a cleanup running out is a value as well.
struct Late {
  Region* region;
  Tally* tally;
  static void run(void* p) noexcept {
    auto* const late = static_cast<Late*>(p);
    ++late->tally->ran;
    (void)late->region->allocate(40 * KiB);
    (void)late->region->make<Counted>(*late->tally);
    if (Region* const child = late->region->make_child())
      add_cleanup(*child, *late->tally);
  }
};

void late(CountingUpstream& upstream, Tally& tally) {
  Late context{nullptr, &tally};
  Region region{upstream, {.first_chunk = KiB}};
  context.region = &region;
  for (int i = 0; i < 3; ++i)
    if (region.on_reset(Late::run, &context))
      ++tally.registered;
  region.reset();
  if (region.on_reset(Late::run, &context))
    ++tally.registered;
}

constexpr Scenario scenarios[] = {blocks, things,  children,   marks,
                                  growth, merging, containers, late};

int times_exhausted = 0;
std::size_t size_exhausted = 0;

void count_exhausted(Region&, std::size_t size) noexcept {
  ++times_exhausted;
  size_exhausted = size;
}

}  // namespace

TEST_CASE(
    "at the n-th loan, for every n, nothing leaks and cleanups run once") {
  for (const Scenario scenario : scenarios)
    for (const bool for_ever : {true, false}) {
      bool refused = true;
      int n = 0;
      for (; refused; ++n) {
        Tally tally;
        CountingUpstream upstream{n, for_ever};
        scenario(upstream, tally);
        refused = upstream.refused();
        CHECK(upstream.loans_out() == 0);
        CHECK(tally.ran == tally.registered);
      }
      CHECK(n > 3);
    }
}

TEST_CASE("ran_out tells until the next reset") {
  CountingUpstream upstream{0, false};
  Region region{upstream};
  CHECK_FALSE(region.ran_out());
  CHECK(region.allocate(KiB * 100) == nullptr);
  CHECK(region.ran_out());
  REQUIRE(region.allocate(10) != nullptr);
  CHECK(region.ran_out());
  const Mark mark = region.mark();
  region.rewind(mark);
  CHECK(region.ran_out());
  region.reset();
  CHECK_FALSE(region.ran_out());
}

TEST_CASE("a call that runs out leaves the region as before") {
  CountingUpstream upstream;
  Region region{upstream};
  auto* const block = static_cast<char*>(region.allocate(32));
  const tarn::RegionStats before = region.stats();
  upstream.refuse_after(0);
  CHECK(region.allocate(tarn::MiB) == nullptr);
  CHECK(region.allocate_zeroed(tarn::MiB) == nullptr);
  CHECK(region.make_array<std::string>(tarn::MiB) == nullptr);
  CHECK_FALSE(region.reserve(tarn::MiB));
  const tarn::RegionStats after = region.stats();
  CHECK(after.held == before.held);
  CHECK(after.used == before.used);
  CHECK(after.cleanups == before.cleanups);
  CHECK(after.chunks == before.chunks);
  CHECK(region.allocate(16) == block + 32);
  CHECK(region.check());
}

TEST_CASE("on_exhausted is called with the size asked for") {
  CountingUpstream upstream{0};
  Region region{upstream, {.on_exhausted = count_exhausted}};
  times_exhausted = 0;
  CHECK(region.allocate(123) == nullptr);
  CHECK(times_exhausted == 1);
  CHECK(size_exhausted == 123);
  CHECK_FALSE(region.reserve(5000));
  CHECK(times_exhausted == 2);
  CHECK(size_exhausted == 5000);
  CHECK(region.allocate(SIZE_MAX) == nullptr);
  CHECK(size_exhausted == SIZE_MAX);
  CHECK(region.make_array<std::string>(SIZE_MAX / 2) == nullptr);
  CHECK(times_exhausted == 4);
  CHECK_THROWS_AS((void)region.resource(), std::bad_alloc);
  CHECK(times_exhausted == 5);
}

TEST_CASE("on_exhausted is not called where nothing ran out") {
  CountingUpstream upstream;
  Region region{upstream, {.on_exhausted = count_exhausted}};
  times_exhausted = 0;
  REQUIRE(region.allocate(10) != nullptr);
  void* const block = region.allocate(10);
  CHECK_FALSE(region.resize_in_place(block, 10, tarn::MiB));
  CHECK(times_exhausted == 0);
  CHECK_FALSE(region.ran_out());
}
