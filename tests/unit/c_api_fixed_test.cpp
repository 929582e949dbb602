// What fixed.h has as constants is what C++ says; its calls: tests/c.
#include "tarn/fixed.h"
#include "tarn/slot_pool.hpp"

#include <doctest/doctest.h>

TEST_CASE("the bytes of a pool of slots are a constant of C") {
  for (std::size_t size = 0; size < 70; ++size)
    for (std::size_t count = 1; count < 100; ++count)
      if (TARN_SLOT_POOL_BYTES(size, count) !=
          tarn::slot_pool_bytes(size, count))
        FAIL("size ", size, " count ", count);
}

TEST_CASE("a pool of C has exactly the slots that its bytes were for") {
  alignas(16) static unsigned char buffer[TARN_SLOT_POOL_BYTES(12, 33)];
  tarn_slot_pool pool;
  REQUIRE(tarn_slot_pool_init(&pool, buffer, sizeof buffer, 12));
  tarn_slot_stats stats;
  tarn_slot_pool_stats(&pool, &stats);
  CHECK(stats.slots == 33);
}
