// What upstream.hpp promises of a BufferUpstream.
// BOARD
#include "tarn/region.hpp"
#include "tarn/upstream.hpp"

#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>
#include <vector>

using tarn::BufferUpstream;
using tarn::KiB;
using tarn::Loan;

namespace {

alignas(4096) std::byte buffer[64 * KiB];

bool is_aligned(const void* p, std::size_t align) {
  return reinterpret_cast<std::uintptr_t>(p) % align == 0;
}

}  // namespace

TEST_CASE("a buffer is lent whole") {
  BufferUpstream upstream{buffer, sizeof buffer};
  CHECK(upstream.free_bytes() == sizeof buffer);
  CHECK(upstream.largest_free() == sizeof buffer);
  const Loan loan = upstream.lend({.size = sizeof buffer});
  REQUIRE(loan);
  CHECK(loan.memory == buffer);
  CHECK(loan.size == sizeof buffer);
  std::memset(loan.memory, 1, loan.size);
  CHECK(upstream.free_bytes() == 0);
  CHECK(upstream.largest_free() == 0);
  CHECK_FALSE(upstream.lend({.size = 1}));
  upstream.take_back(loan);
  CHECK(upstream.largest_free() == sizeof buffer);
  CHECK(upstream.check());
}

TEST_CASE("an ask beyond the buffer is refused, and nothing has changed") {
  BufferUpstream upstream{buffer, sizeof buffer};
  for (const std::size_t size : {sizeof buffer + 1, SIZE_MAX, SIZE_MAX / 2})
    CHECK_FALSE(upstream.lend({.size = size}));
  CHECK_FALSE(upstream.lend({.size = 1, .align = tarn::no_limit / 2 + 1}));
  CHECK(upstream.free_bytes() == sizeof buffer);
  CHECK(upstream.check());
}

TEST_CASE("a loan is aligned as asked, and what lies before it stays free") {
  BufferUpstream upstream{buffer + 16, sizeof buffer - 16};
  for (std::size_t align = 1; align <= 16 * KiB; align *= 2) {
    const Loan loan = upstream.lend({.size = 100, .align = align});
    REQUIRE(loan);
    CHECK(is_aligned(loan.memory, align));
    CHECK(loan.size >= 100);
    CHECK(upstream.free_bytes() == sizeof buffer - 16 - loan.size);
    CHECK(upstream.check());
    upstream.take_back(loan);
    CHECK(upstream.largest_free() == sizeof buffer - 16);
  }
}

TEST_CASE("size 0 is lent too") {
  BufferUpstream upstream{buffer, sizeof buffer};
  const Loan loan = upstream.lend({.size = 0});
  REQUIRE(loan);
  CHECK(loan.size > 0);
  upstream.take_back(loan);
}

TEST_CASE("the lowest address that fits comes first") {
  BufferUpstream upstream{buffer, sizeof buffer};
  const Loan a = upstream.lend({.size = 64});
  const Loan b = upstream.lend({.size = 64});
  const Loan c = upstream.lend({.size = 64});
  CHECK(a.memory == buffer);
  CHECK(b.memory == buffer + 64);
  upstream.take_back(a);
  upstream.take_back(c);
  CHECK(upstream.lend({.size = 65}).memory == buffer + 128);
  CHECK(upstream.lend({.size = 64}).memory == buffer);
  CHECK(upstream.check());
}

TEST_CASE("what is returned merges with its neighbours, in any order") {
  const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                           {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const auto& order : orders) {
    BufferUpstream upstream{buffer, 3 * 64};
    Loan loans[3];
    for (Loan& loan : loans)
      loan = upstream.lend({.size = 64});
    CHECK(upstream.free_bytes() == 0);
    for (const int i : order) {
      upstream.take_back(loans[i]);
      CHECK(upstream.check());
    }
    CHECK(upstream.largest_free() == 3 * 64);
  }
}

TEST_CASE("a buffer too small for its own header lends nothing") {
  for (std::size_t size = 0; size < 16; ++size) {
    BufferUpstream upstream{buffer, size};
    CHECK_FALSE(upstream.lend({.size = 1}));
    CHECK(upstream.free_bytes() == 0);
    CHECK(upstream.largest_free() == 0);
    CHECK(upstream.check());
  }
  BufferUpstream none{nullptr, 100};
  CHECK_FALSE(none.lend({.size = 1}));
  CHECK_FALSE(none.owns(nullptr));
}

TEST_CASE("a buffer at an odd address of an odd size serves what fits") {
  for (std::size_t shift = 0; shift < 16; ++shift)
    for (std::size_t size = 31; size < 80; ++size) {
      BufferUpstream upstream{buffer + shift, size};
      const std::size_t all = upstream.free_bytes();
      CHECK(all + 31 > size);
      const Loan loan = upstream.lend({.size = all});
      REQUIRE(loan);
      CHECK(is_aligned(loan.memory, 16));
      CHECK(loan.memory >= buffer + shift);
      CHECK(loan.memory + loan.size <= buffer + shift + size);
      upstream.take_back(loan);
    }
}

TEST_CASE("owns knows the buffer") {
  BufferUpstream upstream{buffer + 16, 64};
  CHECK_FALSE(upstream.owns(buffer + 15));
  CHECK(upstream.owns(buffer + 16));
  CHECK(upstream.owns(buffer + 79));
  CHECK_FALSE(upstream.owns(buffer + 80));
}

TEST_CASE("largest_free is what an ask at the default alignment gets") {
  BufferUpstream upstream{buffer, 1024};
  const Loan a = upstream.lend({.size = 128});
  const Loan b = upstream.lend({.size = 256});
  const Loan c = upstream.lend({.size = 128});
  upstream.take_back(b);
  CHECK(upstream.largest_free() == 512);
  CHECK(upstream.free_bytes() == 768);
  CHECK_FALSE(upstream.lend({.size = 513}));
  CHECK(upstream.lend({.size = 512}));
  CHECK(a);
  CHECK(c);
}

TEST_CASE("a region stands on a buffer and gives all of it back") {
  BufferUpstream upstream{buffer, sizeof buffer};
  {
    tarn::Region region{upstream};
    std::size_t sum = 0;
    while (region.allocate(112) != nullptr)
      sum += 112;
    CHECK(sum > sizeof buffer * 9 / 10);
    CHECK(region.ran_out());
    region.reset();
    CHECK(region.allocate(10 * KiB) != nullptr);
    CHECK(upstream.check());
  }
  CHECK(upstream.largest_free() == sizeof buffer);
}
