// What object/slabs.hpp promises of the slabs of a pool and their ways.
#include "tarn/detail/object_core.hpp"

#include "object/slabs.hpp"

#include <cstdlib>
#include <deque>
#include <doctest/doctest.h>
#include <memory>
#include <set>

namespace {

using namespace tarn;
using namespace tarn::object;

constexpr std::size_t slab_size = 8 * KiB;
constexpr std::size_t piece = 64 * KiB;

struct Free {
  void operator()(std::byte* p) const { std::free(p); }
};

// Slabs over memory of the C library's. Slots count as made from the start.
class SlabsOfTest {
 public:
  ObjectSlabs slabs{shape_of(64, 64, slab_size, false)};

  // The i-th slab of a piece.
  std::byte* add(std::uint32_t way, std::size_t i = 0) {
    pieces_.emplace_back(
        static_cast<std::byte*>(std::aligned_alloc(piece, piece)));
    std::byte* const memory = pieces_.back().get() + i * slab_size;
    slabs.add({memory, slab_size}, pool_, way);
    return memory;
  }
  // Null: there is none.
  std::byte* take(std::uint32_t way, From from = From::own_way) {
    void* slot = nullptr;
    if (slabs.take_made(&slot, 1, way, from) == 0)
      return nullptr;
    const std::size_t address = detail::address_of(slot);
    return reinterpret_cast<std::byte*>(address & ~(slab_size - 1));
  }
  void fill(std::uint32_t way) {
    while (take(way) != nullptr)
      continue;
  }

 private:
  // Nothing here looks into it.
  alignas(detail::ObjectPoolCore)
      std::byte core_[sizeof(detail::ObjectPoolCore)] = {};
  detail::ObjectPoolCore& pool_ =
      *reinterpret_cast<detail::ObjectPoolCore*>(core_);
  std::deque<std::unique_ptr<std::byte, Free>> pieces_;
};

}  // namespace

TEST_CASE("each way takes from slabs of its own") {
  SlabsOfTest test;
  const std::byte* const first = test.add(1);
  const std::byte* const second = test.add(2);
  for (int i = 0; i < 10; ++i) {
    CHECK(test.take(1) == first);
    CHECK(test.take(2) == second);
  }
  CHECK(test.slabs.check());
}

TEST_CASE("a way with nothing gets nothing of another one, but where it must") {
  SlabsOfTest test;
  const std::byte* const slab = test.add(1);
  CHECK(test.take(1) == slab);
  CHECK(test.take(2) == nullptr);
  CHECK(test.take(2, From::any_way) == slab);
  CHECK(test.slabs.taken() == 2);
  CHECK(test.slabs.check());
}

TEST_CASE("what is everybody's becomes a way's own when it takes from there") {
  SlabsOfTest test;
  const std::byte* const slab = test.add(0);
  CHECK(test.take(2) == slab);
  CHECK(test.take(1) == nullptr);
  CHECK(test.take(0) == nullptr);
  CHECK(test.take(2) == slab);
  CHECK(test.slabs.check());
}

TEST_CASE("where much is free a way takes another one's slabs, a piece whole") {
  SlabsOfTest test;
  while (test.slabs.slots() <= test.slabs.much())
    test.add(1);
  CHECK(test.take(2) != nullptr);
  test.fill(1);
  const std::size_t in_piece =
      piece / slab_size * std::size_t{test.slabs.shape().slots};
  CHECK(test.slabs.taken() == test.slabs.slots() - in_piece + 1);
  test.fill(2);
  CHECK(test.slabs.taken() == test.slabs.slots());
  CHECK(test.slabs.check());
}

TEST_CASE("the last lines of a piece stay unused") {
  SlabsOfTest test;
  test.add(1, piece / slab_size - 1);
  const std::size_t fewer = test.slabs.slots();
  test.add(1, 0);
  const std::size_t all = test.slabs.slots() - fewer;
  CHECK(fewer + 512 / 64 == all);
  CHECK(all == test.slabs.shape().slots);
  test.fill(1);
  CHECK(test.slabs.taken() == fewer + all);
  CHECK(test.slabs.check());
}

TEST_CASE("unused slabs go from the way that has most of them") {
  SlabsOfTest test;
  const std::byte* const only = test.add(1);
  const std::byte* const oldest = test.add(2);
  const std::byte* const newest = test.add(2);
  const auto removed = [&] {
    return reinterpret_cast<const std::byte*>(test.slabs.remove_unused());
  };
  CHECK(removed() == oldest);
  const std::set<const std::byte*> rest{removed(), removed()};
  CHECK(rest == std::set<const std::byte*>{only, newest});
  CHECK(test.slabs.remove_unused() == nullptr);
  CHECK(test.slabs.slots() == 0);
  CHECK(test.slabs.check());
}
