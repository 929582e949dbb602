// What a pool promises whose magazines are those of processors.
// ONLY linux
#include "tarn/object_pool.hpp"

#include "base/build.hpp"
#include "port/processor.hpp"
#include "support/case_in_child.hpp"
#include "support/counting_upstream.hpp"
#include "support/messages.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <sched.h>
#include <string>
#include <vector>

using namespace tarn;
using test::acquire;
using test::CountingUpstream;

namespace {

using Message = test::Message<64>;
using Pool = ObjectPool<Message>;

constexpr ObjectPoolOptions per_cpu{.name = "messages", .per_cpu = true};

bool has_sequences() {
  return port::processor_count() != 0;
}

}  // namespace

TEST_CASE("stats() tells whether processors have the magazines") {
  CHECK(Pool{per_cpu}.stats().per_cpu == has_sequences());
  CHECK_FALSE(Pool{}.stats().per_cpu);
  CHECK_FALSE(Pool{ObjectPoolOptions{.magazines = false, .per_cpu = true}}
                  .stats()
                  .per_cpu);
}

TEST_CASE("where there are no sequences threads have the magazines" *
          doctest::skip()) {
  Pool pool{per_cpu};
  const std::vector<Message*> all = acquire(pool, 1000);
  pool.release_many(all.data(), all.size());
  CHECK_FALSE(pool.stats().per_cpu);
  CHECK(pool.stats().at_hand > 0);
}

TEST_CASE("a pool per processor works where there are no sequences") {
  CHECK(test::errors_of("GLIBC_TUNABLES=glibc.pthread.rseq=0",
                        "where there are no sequences threads have") ==
        "holds\n");
}

TEST_CASE(
    "a processor goes to the depot once for as many as a magazine holds") {
  Pool pool{per_cpu};
  if (!pool.stats().per_cpu)
    return;
  std::vector<Message*> all = acquire(pool, 10'000);
  const std::size_t magazine = pool.stats().magazine;
  const std::size_t before = pool.stats().trips;
  pool.release_many(all.data(), all.size());
  all = acquire(pool, 10'000);
  pool.release_many(all.data(), all.size());
  // The dev library makes a trip each time. Elsewhere another processor's
  // magazines may be empty where this one's are full.
  if (!base::is_dev)
    CHECK(pool.stats().trips - before <= 8 * (2 * all.size() / magazine + 1));
  CHECK(pool.stats().in_use == 0);
  CHECK(pool.check());
}

TEST_CASE("threads that touched a pool once hold nothing") {
  Pool pool{per_cpu};
  if (!pool.stats().per_cpu)
    return;
  std::vector<Message*> some = acquire(pool, 500);
  pool.release_many(some.data(), some.size());
  const std::size_t processors = port::processor_count();
  const std::size_t before = pool.stats().own + pool.stats().held;
  const ObjectPoolStats stats = test::stats_among_threads(pool, 300);
  CHECK(stats.own + stats.held - before <= 64 * KiB * processors);
  CHECK(stats.at_hand <= 2 * stats.magazine * processors);
}

TEST_CASE("reap() gives back what processors have at hand") {
  CountingUpstream upstream;
  {
    Pool pool{upstream, per_cpu};
    if (!pool.stats().per_cpu)
      return;
    for (int round = 0; round < 3; ++round) {
      const std::vector<Message*> all = acquire(pool, 1000);
      pool.release_many(all.data(), all.size());
      CHECK(pool.stats().at_hand > 0);
      static_cast<void>(pool.reap());
      CHECK(pool.stats().at_hand == 0);
      CHECK(pool.stats().held == 0);
      CHECK(pool.check());
    }
  }
  CHECK(upstream.loans_out() == 0);
}

TEST_CASE("magazines that cannot be had are done without") {
  test::check_without_magazines(per_cpu);
}

TEST_CASE("after a peak the memory goes back within light work") {
  Pool pool{per_cpu};
  test::check_peak_goes_back(pool);
}
