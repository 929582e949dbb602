// FrameRegion: each sentence of the header.
// BOARD
#include "tarn/frame_region.hpp"

#include "support/fixed_pools.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <vector>

using tarn::FrameRegion;
using tarn::KiB;
using tarn::test::is_aligned;

namespace {

alignas(16) std::byte buffer[4 * KiB];

struct Point {
  int x;
  int y;
};

std::span<std::byte> room(std::size_t bytes) {
  return std::span{buffer}.first(bytes);
}

template <std::size_t K>
void keeps_blocks_for_all_but_one_flip() {
  FrameRegion<K> frames{buffer};
  std::vector<unsigned char*> blocks;
  for (unsigned char frame = 0; frame < 4 * K; ++frame) {
    auto* const block = static_cast<unsigned char*>(frames.allocate(100));
    REQUIRE(block != nullptr);
    std::memset(block, frame, 100);
    blocks.push_back(block);
    for (std::size_t old = 0; old < K && old <= frame; ++old)
      for (int i = 0; i < 100; ++i)
        REQUIRE(blocks[frame - old][i] == frame - old);
    if (frame >= K)
      REQUIRE(block == blocks[frame - K]);
    frames.flip();
    CHECK(frames.check());
  }
}

}  // namespace

TEST_CASE("a block stays valid for K - 1 flips, and ends at the K-th") {
  keeps_blocks_for_all_but_one_flip<1>();
  keeps_blocks_for_all_but_one_flip<2>();
  keeps_blocks_for_all_but_one_flip<3>();
  keeps_blocks_for_all_but_one_flip<7>();
}

TEST_CASE("blocks of a frame keep apart, are aligned and have their size") {
  FrameRegion<2> frames{buffer};
  std::byte* last = buffer;
  for (std::size_t align = 1; align <= 128; align *= 2)
    for (const std::size_t size : {1u, 3u, 17u, 40u}) {
      auto* const block = static_cast<std::byte*>(frames.allocate(size, align));
      REQUIRE(block != nullptr);
      CHECK(is_aligned(block, align));
      CHECK(block >= last);
      CHECK(frames.owns(block + size - 1));
      last = block + size;
    }
  CHECK(is_aligned(frames.allocate(1), 16));
}

TEST_CASE("size 0 gives a pointer that is not null") {
  FrameRegion<2> frames{room(64)};
  CHECK(frames.allocate(0) != nullptr);
  REQUIRE(frames.allocate(32) != nullptr);
  CHECK(frames.allocate(0) != nullptr);
  CHECK(frames.stats().refusals == 0);
}

TEST_CASE("running out of a frame changes nothing but its count") {
  FrameRegion<2> frames{room(256)};
  REQUIRE(frames.allocate(20) != nullptr);
  const std::size_t largest = frames.largest_free();
  CHECK(largest == 96);
  CHECK(frames.allocate(largest + 1) == nullptr);
  CHECK(frames.allocate(tarn::no_limit) == nullptr);
  CHECK(frames.allocate(tarn::no_limit - 40) == nullptr);
  CHECK(frames.allocate(tarn::no_limit, 4096) == nullptr);
  CHECK(frames.allocate(1, tarn::no_limit / 2 + 1) == nullptr);
  CHECK(frames.make_array<Point>(tarn::no_limit / 4) == nullptr);
  CHECK(frames.stats().refusals == 6);
  CHECK(frames.stats().used == 20);
  CHECK(frames.allocate(largest) != nullptr);
  CHECK(frames.largest_free() == 0);
  frames.flip();
  CHECK(frames.largest_free() == 128);
}

TEST_CASE("statistics: a frame's size, used, the most that any had") {
  FrameRegion<2> frames{room(1000)};
  CHECK(frames.stats().size == 496);
  REQUIRE(frames.allocate(300) != nullptr);
  frames.flip();
  REQUIRE(frames.allocate(50) != nullptr);
  CHECK(frames.stats().used == 50);
  CHECK(frames.stats().peak == 300);
  frames.flip();
  REQUIRE(frames.allocate(400) != nullptr);
  CHECK(frames.stats().peak == 400);
  frames.reset();
  CHECK(frames.stats().used == 0);
  CHECK(frames.stats().peak == 400);
}

TEST_CASE("make constructs a T, make_array some that are zero") {
  FrameRegion<2> frames{buffer};
  std::memset(buffer, 0x55, sizeof buffer);
  const Point* const point = frames.make<Point>(3, 4);
  REQUIRE(point != nullptr);
  CHECK(point->y == 4);
  const Point* const points = frames.make_array<Point>(20);
  REQUIRE(points != nullptr);
  for (int i = 0; i < 20; ++i)
    CHECK(points[i].x + points[i].y == 0);
  FrameRegion<2> full{room(16)};
  CHECK(full.make<Point>() == nullptr);
}

TEST_CASE("a reset ends the blocks of all frames") {
  FrameRegion<3> frames{buffer};
  void* const first = frames.allocate(10);
  frames.flip();
  REQUIRE(frames.allocate(10) != first);
  frames.reset();
  CHECK(frames.allocate(10) == first);
  CHECK(frames.check());
}

TEST_CASE("rewind ends what was made since the mark, which stays good") {
  FrameRegion<2> frames{buffer};
  auto* const before = static_cast<unsigned char*>(frames.allocate(40));
  std::memset(before, 7, 40);
  const auto mark = frames.mark();
  REQUIRE(mark);
  void* const after = frames.allocate(40);
  const auto inner = frames.mark();
  REQUIRE(frames.allocate(100, 64) != nullptr);
  frames.rewind(inner);
  frames.rewind(mark);
  CHECK(frames.allocate(40) == after);
  frames.rewind(mark);
  CHECK(frames.allocate(40) == after);
  CHECK(before[39] == 7);
  CHECK(frames.check());
}

TEST_CASE("a loop of mark, work and rewind does not grow") {
  FrameRegion<2> frames{room(512)};
  for (int i = 0; i < 100; ++i) {
    const auto mark = frames.mark();
    REQUIRE(frames.allocate(100) != nullptr);
    frames.rewind(mark);
  }
  CHECK(frames.stats().used == sizeof(tarn::detail::BumpRecord));
  CHECK(frames.stats().peak < 130);
}

TEST_CASE("a mark that ran out of memory is false, and rewinds to nothing") {
  FrameRegion<1> frames{room(64)};
  void* const block = frames.allocate(60);
  const auto mark = frames.mark();
  CHECK_FALSE(mark);
  CHECK(frames.stats().refusals == 1);
  frames.rewind(mark);
  frames.rewind({});
  CHECK(frames.stats().used == 60);
  CHECK(frames.owns(block));
}

TEST_CASE("a buffer of any size, at any address, has K equal frames") {
  for (std::size_t shift = 0; shift < 17; ++shift)
    for (std::size_t size = 0; size < 400; size += 7) {
      const auto bytes = std::span{buffer}.subspan(shift, size);
      FrameRegion<3> frames{bytes};
      const std::size_t each = frames.stats().size;
      CHECK(each % 16 == 0);
      CHECK(3 * each <= size);
      CHECK(3 * (each + 16) + 16 > size);
      for (int flips = 0; flips < 7; ++flips) {
        auto* const block = static_cast<std::byte*>(frames.allocate(each));
        REQUIRE(block != nullptr);
        CHECK(is_aligned(block, 16));
        CHECK(frames.allocate(1) == nullptr);
        if (each != 0) {
          CHECK(block >= bytes.data());
          CHECK(block + each <= bytes.data() + size);
        }
        frames.flip();
      }
    }
}

TEST_CASE("a null buffer, or one too small, refuses every size but 0") {
  FrameRegion<2> none{std::span<std::byte>{}};
  CHECK(none.allocate(0) != nullptr);
  CHECK(none.allocate(1) == nullptr);
  CHECK_FALSE(none.mark());
  CHECK_FALSE(none.owns(nullptr));
  CHECK_FALSE(none.owns(buffer));
  none.flip();
  CHECK(none.allocate(1) == nullptr);
  CHECK(none.check());
  CHECK(none.stats().size == 0);
}

TEST_CASE("owns knows the frames") {
  FrameRegion<2> frames{room(128)};
  CHECK(frames.owns(buffer));
  CHECK(frames.owns(buffer + 127));
  CHECK_FALSE(frames.owns(buffer + 128));
  CHECK_FALSE(frames.owns(&frames));
}
