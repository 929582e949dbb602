// What object_pool.hpp promises of constructors and renewals that throw.
#include "tarn/object_pool.hpp"

#include "support/counting_upstream.hpp"

#include <doctest/doctest.h>
#include <stdexcept>
#include <vector>

using namespace tarn;
using test::CountingUpstream;

namespace {

// Its n-th construction or renewal throws.
struct Fragile {
  Fragile() { count_down(constructions); }
  void renew(int) { count_down(renewals); }

  static inline int constructions = -1;
  static inline int renewals = -1;
  static void count_down(int& left) {
    if (left == 0)
      throw std::runtime_error{"as asked"};
    if (left > 0)
      --left;
  }
};

// So that what is released goes to its slab at once.
constexpr ObjectPoolOptions alone{.magazines = false};

}  // namespace

TEST_CASE("a constructor that throws leaves the pool as it was") {
  CountingUpstream upstream;
  ObjectPool<Fragile> pool{upstream, alone};
  for (int which = 0; which < 5; ++which) {
    Fragile::constructions = which;
    std::vector<Fragile*> all;
    CHECK_THROWS_AS(for (;;) all.push_back(pool.acquire_raw(1)),
                    std::runtime_error);
    CHECK(pool.stats().in_use == all.size());
    CHECK(pool.check());
    pool.release_many(all.data(), all.size());
    CHECK(pool.stats().in_use == 0);
    CHECK(pool.stats().ready == all.size());
    pool.reap();
  }
  Fragile::constructions = -1;
}

TEST_CASE("a renewal that throws leaves the pool as it was") {
  ObjectPool<Fragile> pool;
  Fragile::renewals = 0;
  CHECK_THROWS_AS(static_cast<void>(pool.acquire(1)), std::runtime_error);
  Fragile::renewals = -1;
  CHECK(pool.stats().in_use == 0);
  CHECK(pool.stats().ready == 1);
  CHECK(pool.acquire(1));
}
