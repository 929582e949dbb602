// What a pool promises whose magazines are those of processors.
// ONLY linux
#include "tarn/object_pool.hpp"

#include "base/build.hpp"
#include "port/processor.hpp"
#include "support/case_in_child.hpp"
#include "support/counting_upstream.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <doctest/doctest.h>
#include <memory>
#include <sched.h>
#include <string>
#include <thread>
#include <vector>

using namespace tarn;
using test::CountingUpstream;

namespace {

struct Message {
  std::byte bytes[64];
};
using Pool = ObjectPool<Message>;

constexpr ObjectPoolOptions per_cpu{.name = "messages", .per_cpu = true};

std::vector<Message*> acquire(Pool& pool, std::size_t n) {
  std::vector<Message*> all(n);
  REQUIRE(pool.acquire_many(all.data(), n) == n);
  return all;
}

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
  std::vector<std::unique_ptr<std::thread>> all;
  std::atomic<std::size_t> there{0};
  std::atomic<bool> may_end{false};
  for (std::size_t i = 0; i < 300; ++i)
    all.push_back(std::make_unique<std::thread>([&] {
      pool.acquire().reset();
      ++there;
      may_end.wait(false);
    }));
  while (there != 300)
    std::this_thread::yield();
  const ObjectPoolStats stats = pool.stats();
  CHECK(stats.own + stats.held - before <= 64 * KiB * processors);
  CHECK(stats.at_hand <= 2 * stats.magazine * processors);
  may_end = true;
  may_end.notify_all();
  for (auto& thread : all)
    thread->join();
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
  for (int granted = 0; granted < 8; ++granted) {
    CountingUpstream upstream{granted};
    Pool pool{upstream, per_cpu};
    std::vector<Message*> all;
    while (Message* const message = pool.acquire_raw())
      all.push_back(message);
    pool.release_many(all.data(), all.size());
    CHECK(pool.stats().in_use == 0);
    std::size_t again = 0;
    while (pool.acquire_raw() != nullptr)
      ++again;
    CHECK(again == all.size());
    CHECK(pool.check());
    upstream.refuse_after(CountingUpstream::never);
    for (Message* const message : all)
      pool.release(message);
  }
}

TEST_CASE("after a peak the memory goes back within light work") {
  Pool pool{per_cpu};
  std::vector<Message*> all = acquire(pool, 300'000);
  const std::size_t peak = pool.stats().held;
  pool.release_many(all.data(), all.size());
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (pool.stats().held > peak / 100 &&
         std::chrono::steady_clock::now() < until) {
    all = acquire(pool, 400);
    pool.release_many(all.data(), all.size());
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  CHECK(pool.stats().held <= peak / 100);
  CHECK(pool.check());
}
