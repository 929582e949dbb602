// InterruptSlotPool, with compare-and-swap and with the mask in its place.
// BOARD
#include "tarn/interrupt_slot_pool.hpp"

#include "support/fixed_pools.hpp"

#include <doctest/doctest.h>
#include <type_traits>
#include <vector>

using tarn::test::all_of;

namespace {

using Mask = tarn::test::CountingLock;
using Swapping = tarn::detail::SwapSlotPool<24, 40, 8>;
using Masking = tarn::detail::MaskSlotPool<24, 40, Mask, 8>;

constinit tarn::InterruptSlotPool<24, 40, Mask> at_start;

}  // namespace

TEST_CASE_TEMPLATE("it is a slot pool by either way", Pool, Swapping, Masking) {
  Pool pool;
  const std::vector<void*> slots = all_of(pool);
  REQUIRE(slots.size() == 40);
  CHECK(pool.largest_free() == 0);
  CHECK(pool.stats().in_use == 40);
  CHECK(pool.stats().refusals == 1);
  pool.deallocate(nullptr);
  pool.deallocate(slots[7]);
  pool.deallocate(slots[30]);
  CHECK(pool.largest_free() == 24);
  CHECK(pool.stats().in_use == 38);
  CHECK(pool.allocate() == slots[30]);
  CHECK(pool.allocate() == slots[7]);
  CHECK(pool.allocate() == nullptr);
  CHECK(pool.stats().peak == 40);
  CHECK(pool.owns(slots[0]));
  CHECK_FALSE(pool.owns(&pool + 1));
  CHECK(pool.size_of(slots[0]) == 24);
  CHECK(pool.size_of(static_cast<char*>(slots[0]) + 4) == 0);
  for (void* const slot : slots)
    pool.deallocate(slot);
  CHECK(pool.stats().in_use == 0);
}

TEST_CASE("the mask is held in each call, and only in it") {
  Masking pool;
  const int before = Mask::locked;
  pool.deallocate(pool.allocate());
  CHECK(Mask::locked == before + 2);
  CHECK(Mask::held == 0);
}

TEST_CASE("this core swaps, and the pool needs no start") {
  static_assert(std::is_same_v<decltype(at_start), Swapping>);
  void* const slot = at_start.allocate();
  CHECK(slot != nullptr);
  at_start.deallocate(slot);
}
