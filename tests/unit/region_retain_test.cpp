// What region.hpp promises of retention, of reserve() and of wiping.
// BOARD
#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"
#include "support/witness.hpp"

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>
#include <vector>

using tarn::KiB;
using tarn::Mark;
using tarn::MiB;
using tarn::Region;
using tarn::test::CountingUpstream;
using tarn::test::fill_chunk;

namespace {

// Uses three chunks.
void fill_three(Region& region) {
  for (int i = 0; i < 3; ++i) {
    if (i != 0)
      fill_chunk(region);
    REQUIRE(region.allocate(64) != nullptr);
  }
}

constexpr unsigned char key = 0x4B;
std::size_t keys_returned = 0;

// Places where the key stands eight times in a row: a single one may be a part
// of an address.
std::size_t keys_in(const unsigned char* bytes, std::size_t size) {
  std::size_t keys = 0;
  for (std::size_t i = 0; i + 8 <= size; ++i)
    if (std::count(bytes + i, bytes + i + 8, key) == 8)
      ++keys;
  return keys;
}

// A secret in what goes back is one too many.
void count_keys(tarn::Loan loan) {
  keys_returned +=
      keys_in(reinterpret_cast<unsigned char*>(loan.memory), loan.size);
}

unsigned char* secret(Region& region, std::size_t size) {
  auto* const block = static_cast<unsigned char*>(region.allocate(size));
  REQUIRE(block != nullptr);
  std::memset(block, key, size);
  return block;
}

bool is_zero(const unsigned char* block, std::size_t size) {
  return std::all_of(block, block + size, [](int c) { return c == 0; });
}

}  // namespace

TEST_CASE("by decay the first chunk stays at reset, the rest goes back") {
  CountingUpstream upstream;
  Region region{upstream, {.first_chunk = 8 * KiB}};
  void* const first = region.allocate(64);
  fill_three(region);
  REQUIRE(region.allocate(MiB) != nullptr);
  region.reset();
  CHECK(upstream.loans_out() == 1);
  CHECK(region.held() == 8 * KiB);
  CHECK(region.allocate(64) == first);
}

TEST_CASE("retain_all keeps every chunk until the region ends") {
  CountingUpstream upstream;
  Region region{upstream, {.retain = tarn::retain_all}};
  fill_three(region);
  const std::size_t held = region.held();
  const std::size_t asks = upstream.asks.size();
  for (int round = 0; round < 4; ++round) {
    region.reset();
    CHECK(region.held() == held);
    CHECK(region.stats().chunks == 3);
    CHECK(region.check());
    fill_three(region);
  }
  CHECK(upstream.asks.size() == asks);
}

TEST_CASE("retain_bytes keeps at most so many, and at least one chunk") {
  for (const std::size_t bytes : {std::size_t{1}, 8 * KiB, 40 * KiB, MiB}) {
    CountingUpstream upstream;
    Region region{
        upstream,
        {.first_chunk = 8 * KiB, .retain = tarn::retain_bytes(bytes)}};
    const std::size_t all = 8 * KiB + 32 * KiB + 128 * KiB;
    fill_three(region);
    CHECK(region.held() == all);
    region.reset();
    CHECK(region.held() == (bytes == MiB        ? all
                            : bytes == 40 * KiB ? 40 * KiB
                                                : 8 * KiB));
    for (int round = 0; round < 3; ++round) {
      fill_three(region);
      region.reset();
      CHECK(region.held() <= std::max(bytes, 8 * KiB));
      CHECK(region.held() == upstream.bytes_out());
      CHECK(region.check());
    }
  }
}

TEST_CASE("what is retained is filled again from its largest chunk on") {
  CountingUpstream upstream;
  Region region{upstream, {.first_chunk = 8 * KiB, .retain = tarn::retain_all}};
  fill_three(region);
  region.reset();
  void* const first = region.allocate(16 * KiB);
  for (int round = 0; round < 3; ++round) {
    CHECK(region.stats().used == 16 * KiB);
    region.reset();
    CHECK(region.stats().used == 0);
    CHECK(region.stats().chunks == 3);
    CHECK(region.allocate(16 * KiB) == first);
  }
  CHECK(upstream.asks.size() == 3);
}

TEST_CASE("a reset of one chunk gives its blocks and its marks an end") {
  for (const auto retain : {tarn::retain_decay, tarn::retain_all}) {
    CountingUpstream upstream;
    Region region{upstream, {.retain = retain}};
    void* const first = region.allocate(64);
    for (int round = 0; round < 3; ++round) {
      const Mark mark = region.mark();
      REQUIRE(mark);
      void* const given_up = region.allocate(1000);
      REQUIRE(region.allocate(64) != nullptr);
      region.deallocate(given_up, 1000);
      region.reset();
      CHECK(region.allocate_or_recycle(64) == first);
      CHECK(region.allocate_or_recycle(1000) != nullptr);
      CHECK(region.stats().chunks == 1);
      CHECK(region.check());
    }
  }
}

TEST_CASE("a kept chunk too small for an ask waits for another") {
  CountingUpstream upstream;
  Region region{upstream, {.first_chunk = 8 * KiB, .retain = tarn::retain_all}};
  fill_three(region);
  region.reset();
  fill_chunk(region);
  REQUIRE(region.reserve(200 * KiB));
  CHECK(region.stats().chunks == 4);
  fill_chunk(region);
  const std::size_t asks = upstream.asks.size();
  REQUIRE(region.allocate(64) != nullptr);
  fill_chunk(region);
  REQUIRE(region.allocate(64) != nullptr);
  CHECK(upstream.asks.size() == asks);
}

TEST_CASE("reset gives back large blocks whatever is retained") {
  CountingUpstream upstream;
  Region region{upstream, {.retain = tarn::retain_all}};
  REQUIRE(region.allocate(MiB) != nullptr);
  region.reset();
  CHECK(region.held() == 0);
}

TEST_CASE("after reserve so many bytes neither fail nor borrow") {
  for (const std::size_t bytes : {16u, 100u, 8192u, 100000u, 3000000u})
    for (const std::size_t size : {16u, 48u, 1008u, 65536u}) {
      CountingUpstream upstream;
      Region region{upstream};
      REQUIRE(region.allocate(100) != nullptr);
      REQUIRE(region.reserve(bytes));
      const std::size_t asks = upstream.asks.size();
      upstream.refuse_after(0);
      for (std::size_t sum = 0; sum + size <= bytes; sum += size) {
        auto* const block = static_cast<char*>(region.allocate(size));
        REQUIRE(block != nullptr);
        std::memset(block, 1, size);
      }
      REQUIRE(region.allocate(bytes % size) != nullptr);
      CHECK(upstream.asks.size() == asks);
      CHECK(region.held() == upstream.bytes_out());
      CHECK(region.check());
    }
}

TEST_CASE("what is reserved is reserved for one block of any alignment") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.reserve(3 * 4 * KiB));
  upstream.refuse_after(0);
  CHECK(region.allocate(4 * KiB, 4 * KiB) != nullptr);
  CHECK(region.allocate(4 * KiB, 4 * KiB) != nullptr);
}

TEST_CASE("reserve that runs out is false, and nothing has changed") {
  CountingUpstream upstream;
  Region region{upstream};
  void* const block = region.allocate(16);
  upstream.refuse_after(0);
  CHECK_FALSE(region.reserve(MiB));
  CHECK(region.ran_out());
  CHECK(region.reserve(100));
  CHECK(region.allocate(16) == static_cast<char*>(block) + 16);
}

TEST_CASE("reserve of nothing borrows nothing") {
  CountingUpstream upstream{0};
  Region region{upstream};
  CHECK(region.reserve(0));
  CHECK(upstream.asks.empty());
}

TEST_CASE("what is reserved is there after a rewind too") {
  CountingUpstream upstream;
  Region region{upstream};
  REQUIRE(region.reserve(100 * KiB));
  const Mark mark = region.mark();
  REQUIRE(region.allocate(90 * KiB) != nullptr);
  region.rewind(mark);
  upstream.refuse_after(0);
  CHECK(region.allocate(90 * KiB) != nullptr);
}

TEST_CASE("with wipe nothing that was given out goes back as it was") {
  keys_returned = 0;
  {
    CountingUpstream upstream;
    upstream.on_return = count_keys;
    Region region{upstream, {.wipe = true}};
    for (int round = 0; round < 2; ++round) {
      (void)secret(region, 1000);
      (void)secret(region, 20 * KiB);
      REQUIRE(region.free_large(secret(region, 100 * KiB)));
      const Mark mark = region.mark();
      (void)secret(region, 20 * KiB);
      (void)secret(region, 20 * KiB);
      (void)secret(region, 100 * KiB);
      region.rewind(mark);
      (void)secret(region, 20 * KiB);
      (void)secret(region, 100 * KiB);
      if (round == 0)
        region.reset();
    }
  }
  CHECK(keys_returned == 0);
}

TEST_CASE("without wipe bytes go back as they were") {
  keys_returned = 0;
  {
    CountingUpstream upstream;
    upstream.on_return = count_keys;
    Region region{upstream};
    (void)secret(region, 100);
  }
  CHECK(keys_returned == 93);
}

TEST_CASE("with wipe a reset and a rewind leave zeroes where blocks were") {
  alignas(64) static unsigned char buffer[64 * KiB];
  tarn::BufferUpstream upstream{buffer, sizeof buffer};
  Region region{upstream, {.wipe = true}};
  auto* const first = secret(region, 1000);
  const Mark mark = region.mark();
  auto* const second = secret(region, 1000);
  region.rewind(mark);
  CHECK(first[999] == key);
  CHECK(is_zero(second, 1000));
  CHECK(secret(region, 500) == second);
  region.reset();
  CHECK(is_zero(first, 1000));
  CHECK(is_zero(second, 500));
}

TEST_CASE("with wipe what was given up early is zeroed too") {
  alignas(64) static unsigned char buffer[64 * KiB];
  tarn::BufferUpstream upstream{buffer, sizeof buffer};
  Region region{upstream, {.wipe = true}};
  auto* const newest = secret(region, 1000);
  region.deallocate(newest, 1000);
  auto* const shrunk = secret(region, 100);
  CHECK(shrunk == newest);
  CHECK(region.resize_in_place(shrunk, 100, 10));
  auto* const table = secret(region, 1000);
  auto* const listed = secret(region, 1000);
  (void)secret(region, 1);
  region.deallocate(table, 1000);
  region.deallocate(listed, 1000);
  auto* const last = secret(region, 100);
  CHECK(region.resize_in_place(last, 100, 10));
  region.deallocate(secret(region, 100), 100);
  region.reset();
  CHECK(keys_in(buffer, sizeof buffer) == 0);
}

TEST_CASE("what is to be wiped is wiped by a region that merged it too") {
  alignas(64) static unsigned char buffer[64 * KiB];
  tarn::BufferUpstream upstream{buffer, sizeof buffer};
  Region region{upstream};
  {
    Region secrets{upstream, {.wipe = true}};
    (void)secret(secrets, 1000);
    REQUIRE(region.merge(secrets));
  }
  region.reset();
  CHECK(keys_in(buffer, sizeof buffer) == 0);
}
