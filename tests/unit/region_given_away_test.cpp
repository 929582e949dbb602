// What becomes of blocks whose users know their region by name, when that
// region's contents were merged or detached.
#include "tarn/allocator.hpp"
#include "tarn/coroutine.hpp"
#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"

#include <coroutine>
#include <doctest/doctest.h>
#include <exception>
#include <vector>

using tarn::Region;
using tarn::test::CountingUpstream;

namespace {

using Bytes = std::vector<char, tarn::RegionAllocator<char>>;

// Asks for blocks of many sizes, none of which may be of `other`.
void demand_own_blocks(Region& region, const Region& other) {
  for (std::size_t size = 32 * tarn::KiB; size >= 64; size /= 2) {
    const void* const block = region.allocate_or_recycle(size);
    REQUIRE(block != nullptr);
    CHECK(region.owns(block));
    CHECK_FALSE(other.owns(block));
  }
}

struct Task {
  struct promise_type : tarn::RegionFrame {
    Task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    static Task get_return_object_on_allocation_failure() { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle = nullptr;
};

Task hold(Region&) {
  const std::vector<int> held(3, 1);
  volatile char bytes[500] = {};
  co_await std::suspend_always{};
  bytes[held.size()] = bytes[0];
}

}  // namespace

TEST_CASE("a merged region recycles no block that is another's now") {
  CountingUpstream upstream;
  Region longer{upstream};
  Region shorter{upstream};
  {
    Bytes first{{shorter}};
    first.resize(1000);
    Bytes second{{shorter}};
    second.resize(1000);
    REQUIRE(longer.merge(shorter));
  }
  REQUIRE(shorter.allocate(16) != nullptr);
  demand_own_blocks(shorter, longer);
  CHECK(longer.check());
}

TEST_CASE("nor a large one, where it gave away nothing else") {
  CountingUpstream upstream;
  Region longer{upstream};
  Region shorter{upstream};
  void* const first = shorter.allocate(40'000);
  void* const second = shorter.allocate(40'000);
  REQUIRE(longer.merge(shorter));
  shorter.deallocate(first, 40'000);
  shorter.deallocate(second, 40'000);
  REQUIRE(shorter.allocate(1000) != nullptr);
  demand_own_blocks(shorter, longer);
  CHECK(longer.owns(first));
  CHECK(longer.check());
}

TEST_CASE("nor does a detached one that coroutines come back to") {
  CountingUpstream upstream;
  Region region{upstream};
  Region other{upstream};
  const Task first = hold(region);
  const Task second = hold(region);
  REQUIRE(other.attach(region.detach()));
  REQUIRE(region.allocate(16) != nullptr);
  first.handle.destroy();
  second.handle.destroy();
  demand_own_blocks(region, other);
}

TEST_CASE("a region that gave its blocks away recycles its new ones") {
  CountingUpstream upstream;
  Region longer{upstream};
  Region region{upstream};
  REQUIRE(region.allocate(100) != nullptr);
  REQUIRE(longer.merge(region));
  // The first one given up holds the table of the others.
  void* const table = region.allocate(1000);
  void* const block = region.allocate(1000);
  REQUIRE(region.allocate(8) != nullptr);
  region.deallocate(table, 1000);
  region.deallocate(block, 1000);
  CHECK(region.allocate_or_recycle(500) == block);
}
