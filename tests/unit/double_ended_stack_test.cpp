// DoubleEndedStack: each sentence of the header, for each end.
// BOARD
#include "tarn/double_ended_stack.hpp"

#include "support/fixed_pools.hpp"

#include <cstring>
#include <doctest/doctest.h>

using tarn::DoubleEndedStack;
using tarn::KiB;
using tarn::test::is_aligned;

// `End` is one of them, end_of(stack) that end.
#define FOR_EACH_END(name) \
  TEST_CASE_TEMPLATE(name, End, DoubleEndedStack::Low, DoubleEndedStack::High)

namespace {

alignas(16) std::byte buffer[4 * KiB];

struct Point {
  int x;
  int y;
};

std::span<std::byte> room(std::size_t bytes) {
  return std::span{buffer}.first(bytes);
}

template <class End>
End& end_of(DoubleEndedStack& stack) {
  if constexpr (std::is_same_v<End, DoubleEndedStack::Low>)
    return stack.low();
  else
    return stack.high();
}

// The part of `used` that is that end's, and the other's.
template <class End>
std::size_t used_of(const DoubleEndedStack& stack) {
  constexpr bool is_low = std::is_same_v<End, DoubleEndedStack::Low>;
  return is_low ? stack.stats().low : stack.stats().high;
}

}  // namespace

TEST_CASE("the ends grow towards each other while they do not meet") {
  DoubleEndedStack stack{room(256)};
  CHECK(stack.low().allocate(64) == buffer);
  CHECK(stack.high().allocate(64) == buffer + 192);
  CHECK(stack.low().allocate(64) == buffer + 64);
  CHECK(stack.high().allocate(65) == nullptr);
  CHECK(stack.low().allocate(65) == nullptr);
  CHECK(stack.high().allocate(64) == buffer + 128);
  CHECK(stack.low().allocate(1) == nullptr);
  CHECK(stack.high().allocate(1) == nullptr);
  CHECK(stack.stats().refusals == 4);
  CHECK(stack.check());
}

FOR_EACH_END("blocks keep apart, are aligned and have their size") {
  DoubleEndedStack stack{buffer};
  End& end = end_of<End>(stack);
  std::byte* last = nullptr;
  std::size_t last_size = 0;
  for (std::size_t align = 1; align <= 256; align *= 2)
    for (const std::size_t size : {1u, 3u, 17u, 40u}) {
      auto* const block = static_cast<std::byte*>(end.allocate(size, align));
      REQUIRE(block != nullptr);
      CHECK(is_aligned(block, align));
      CHECK(end.owns(block + size - 1));
      if (last != nullptr)
        CHECK((block >= last + last_size || block + size <= last));
      last = block;
      last_size = size;
    }
  CHECK(is_aligned(end.allocate(1), 16));
}

FOR_EACH_END("size 0 gives a pointer that is not null") {
  DoubleEndedStack stack{room(64)};
  End& end = end_of<End>(stack);
  CHECK(end.allocate(0) != nullptr);
  REQUIRE(end.allocate(64) != nullptr);
  CHECK(end.allocate(0) != nullptr);
  CHECK(stack.stats().refusals == 0);
}

FOR_EACH_END("running out changes nothing but its count") {
  DoubleEndedStack stack{room(256)};
  End& end = end_of<End>(stack);
  REQUIRE(stack.low().allocate(10) != nullptr);
  REQUIRE(stack.high().allocate(10, 1) != nullptr);
  const std::size_t largest = end.largest_free();
  CHECK(end.allocate(largest + 1) == nullptr);
  CHECK(end.allocate(tarn::no_limit) == nullptr);
  CHECK(end.allocate(tarn::no_limit - 40) == nullptr);
  CHECK(end.allocate(tarn::no_limit, 4096) == nullptr);
  CHECK(end.allocate(1, tarn::no_limit / 2 + 1) == nullptr);
  CHECK(end.template make_array<Point>(tarn::no_limit / 4) == nullptr);
  CHECK(stack.stats().refusals == 6);
  CHECK(stack.stats().used == 20);
  CHECK(end.allocate(largest) != nullptr);
  CHECK(end.largest_free() == 0);
}

FOR_EACH_END("make constructs a T, make_array some that are zero") {
  DoubleEndedStack stack{buffer};
  End& end = end_of<End>(stack);
  std::memset(buffer, 0x55, sizeof buffer);
  const Point* const point = end.template make<Point>(3, 4);
  REQUIRE(point != nullptr);
  CHECK(point->y == 4);
  const Point* const points = end.template make_array<Point>(20);
  REQUIRE(points != nullptr);
  for (int i = 0; i < 20; ++i)
    CHECK(points[i].x + points[i].y == 0);
}

FOR_EACH_END("rewind ends what was made since the mark, which stays good") {
  DoubleEndedStack stack{buffer};
  End& end = end_of<End>(stack);
  auto* const before = static_cast<unsigned char*>(end.allocate(40));
  std::memset(before, 7, 40);
  const auto mark = end.mark();
  REQUIRE(mark);
  void* const after = end.allocate(40);
  const auto inner = end.mark();
  REQUIRE(end.allocate(100, 64) != nullptr);
  end.rewind(inner);
  end.rewind(mark);
  CHECK_FALSE(end.owns(after));
  CHECK(end.allocate(40) == after);
  end.rewind(mark);
  CHECK(end.allocate(40) == after);
  CHECK(before[39] == 7);
  CHECK(stack.check());
}

FOR_EACH_END("what one end does leaves the blocks of the other") {
  DoubleEndedStack stack{buffer};
  auto* const low = static_cast<unsigned char*>(stack.low().allocate(500));
  auto* const high = static_cast<unsigned char*>(stack.high().allocate(500));
  std::memset(low, 1, 500);
  std::memset(high, 2, 500);
  End& end = end_of<End>(stack);
  const auto mark = end.mark();
  std::memset(end.allocate(1000), 3, 1000);
  end.rewind(mark);
  for (int i = 0; i < 500; ++i) {
    REQUIRE(low[i] == 1);
    REQUIRE(high[i] == 2);
  }
  end.reset();
  CHECK(used_of<End>(stack) == 0);
  CHECK(stack.stats().used >= 500);
}

FOR_EACH_END("a loop of mark, work and rewind does not grow") {
  DoubleEndedStack stack{room(512)};
  End& end = end_of<End>(stack);
  for (int i = 0; i < 100; ++i) {
    const auto mark = end.mark();
    REQUIRE(end.allocate(100) != nullptr);
    end.rewind(mark);
  }
  CHECK(stack.stats().used == sizeof(tarn::detail::BumpRecord));
}

FOR_EACH_END("a mark that ran out of memory is false, and rewinds to nothing") {
  DoubleEndedStack stack{room(64)};
  End& end = end_of<End>(stack);
  REQUIRE(end.allocate(60) != nullptr);
  const auto mark = end.mark();
  CHECK_FALSE(mark);
  const std::size_t used = stack.stats().used;
  end.rewind(mark);
  end.rewind({});
  CHECK(stack.stats().used == used);
}

TEST_CASE("who may only look sees both ends") {
  DoubleEndedStack stack{room(64)};
  const void* const block = stack.low().allocate(16);
  const DoubleEndedStack& seen = stack;
  CHECK(seen.low().owns(block));
  CHECK_FALSE(seen.high().owns(block));
  CHECK(seen.high().largest_free() == 48);
}

TEST_CASE("statistics: of both ends, the most that were at one time") {
  DoubleEndedStack stack{room(1000)};
  REQUIRE(stack.low().allocate(320) != nullptr);
  REQUIRE(stack.high().allocate(160) != nullptr);
  CHECK(stack.stats().size == 992);
  CHECK(stack.stats().low == 320);
  CHECK(stack.stats().high == 160);
  CHECK(stack.stats().used == 480);
  stack.high().reset();
  REQUIRE(stack.low().allocate(80) != nullptr);
  CHECK(stack.stats().used == 400);
  CHECK(stack.stats().peak == 480);
  stack.reset();
  CHECK(stack.stats().used == 0);
  CHECK(stack.stats().peak == 480);
  CHECK(stack.check());
}

TEST_CASE("owns knows what is given out, and by which end") {
  DoubleEndedStack stack{room(256)};
  auto* const low = static_cast<std::byte*>(stack.low().allocate(16));
  auto* const high = static_cast<std::byte*>(stack.high().allocate(16));
  CHECK(stack.owns(low));
  CHECK(stack.owns(high + 15));
  CHECK(stack.low().owns(low));
  CHECK_FALSE(stack.low().owns(high));
  CHECK_FALSE(stack.high().owns(low));
  CHECK_FALSE(stack.owns(low + 16));
  CHECK_FALSE(stack.owns(high + 16));
  CHECK_FALSE(stack.owns(nullptr));
}

TEST_CASE("a buffer of any size, at any address, is used but for its edges") {
  for (std::size_t shift = 0; shift < 17; ++shift)
    for (std::size_t size = 0; size < 100; ++size) {
      const auto bytes = std::span{buffer}.subspan(shift, size);
      DoubleEndedStack stack{bytes};
      const std::size_t all = stack.stats().size;
      CHECK(all % 16 == 0);
      CHECK(all <= size);
      CHECK(all + 31 > size);
      auto* const block = static_cast<std::byte*>(stack.high().allocate(all));
      REQUIRE(block != nullptr);
      CHECK(stack.low().allocate(1) == nullptr);
      if (all != 0) {
        CHECK(block >= bytes.data());
        CHECK(block + all <= bytes.data() + size);
      }
    }
}

FOR_EACH_END("a null buffer, or one too small, refuses every size but 0") {
  DoubleEndedStack stack{std::span<std::byte>{}};
  End& end = end_of<End>(stack);
  CHECK(end.allocate(0) != nullptr);
  CHECK(end.allocate(1) == nullptr);
  CHECK_FALSE(end.mark());
  CHECK_FALSE(stack.owns(nullptr));
  CHECK(end.largest_free() == 0);
  CHECK(stack.check());
}
