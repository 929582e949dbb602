// What object pools give back when somebody else is short of memory.
// ONLY linux
#include "tarn/budget.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"
#include "support/messages.hpp"

#include <atomic>
#include <doctest/doctest.h>
#include <memory>
#include <thread>
#include <vector>

using namespace tarn;
using test::acquire;
using test::acquire_all;
using test::CountingUpstream;

namespace {

using Message = test::Message<512>;
using Pool = ObjectPool<Message>;

constexpr ObjectPoolOptions willing{.name = "willing", .reap_when_short = true};

void fill_and_empty(Pool& pool, std::size_t n) {
  const std::vector<Message*> all = acquire(pool, n);
  pool.release_many(all.data(), n);
}

// Takes from `pool` until it runs out, and gives all back.
std::size_t most_of(Pool& pool) {
  const std::vector<Message*> all = acquire_all(pool);
  pool.release_many(all.data(), all.size());
  return all.size();
}

}  // namespace

TEST_CASE("reap_object_pools() reaps the pools that agreed, and no others") {
  Pool first{willing};
  Pool second;
  const ObjectPoolOptions options[] = {
      willing, {.per_cpu = true, .reap_when_short = true}};
  Pool third{options[1]};
  for (Pool* const pool : {&first, &second, &third})
    fill_and_empty(*pool, 5000);
  const std::size_t before = first.stats().held + third.stats().held;
  CHECK(reap_object_pools() > before / 2);
  CHECK(first.stats().held < 256 * KiB);
  CHECK(third.stats().held < 256 * KiB);
  CHECK(second.stats().held >= 5000 * sizeof(Message));
}

TEST_CASE("a budget that is short has pools give back what they keep") {
  constexpr BudgetOptions reaping{.on_short = reap_pools_when_short};
  for (const BudgetOptions& options : {BudgetOptions{}, reaping}) {
    Budget budget{"all", 4 * MiB, system_upstream(), options};
    Pool idle{budget, willing};
    fill_and_empty(idle, 6000);
    Pool busy{budget, {.name = "busy"}};
    const std::size_t most = most_of(busy);
    if (options.on_short == nullptr)
      CHECK(most * sizeof(Message) < 2 * MiB);
    else
      CHECK(most * sizeof(Message) > 3 * MiB);
    CHECK(budget.refusals() > 0);
    CHECK(budget.check());
  }
}

TEST_CASE("a region in a short budget gets what pools keep") {
  Budget budget{
      "all", 2 * MiB, system_upstream(), {.on_short = reap_pools_when_short}};
  Pool idle{budget, willing};
  fill_and_empty(idle, 3000);
  Region region{budget};
  CHECK(region.allocate(1 * MiB) != nullptr);
}

TEST_CASE("on_short is told who is short of how much, with what it was given") {
  struct Told {
    Budget* budget = nullptr;
    std::size_t size = 0;
    int times = 0;
  } told;
  Budget budget{"all",
                64 * KiB,
                system_upstream(),
                {.on_short =
                     [](Budget& it, std::size_t size, void* with) noexcept {
                       auto& heard = *static_cast<Told*>(with);
                       heard = {&it, size, heard.times + 1};
                       return false;
                     },
                 .with = &told}};
  const Loan loan = budget.lend({.size = 128 * KiB});
  CHECK_FALSE(loan);
  CHECK(told.budget == &budget);
  CHECK(told.size == 128 * KiB);
  CHECK(told.times == 1);
  CHECK(budget.refusals() == 1);
  CHECK_FALSE(budget.lend({.size = 128 * KiB, .urgent = true}));
  CHECK(told.times == 1);
}

TEST_CASE("who says yes is asked once, not for ever") {
  CountingUpstream upstream{0};
  std::size_t times = 0;
  Budget budget{"all",
                1 * MiB,
                upstream,
                {.on_short =
                     [](Budget&, std::size_t, void* with) noexcept {
                       ++*static_cast<std::size_t*>(with);
                       return true;
                     },
                 .with = &times}};
  CHECK_FALSE(budget.lend({.size = 64 * KiB}));
  CHECK(times == 1);
  CHECK(budget.held() == 0);
  CHECK(budget.refusals() == 1);
}

TEST_CASE("for magazines that cannot be had on_short is asked now and then") {
  for (const bool per_cpu : {false, true}) {
    std::size_t times = 0;
    Budget budget{"all",
                  256 * KiB,
                  system_upstream(),
                  {.on_short =
                       [](Budget&, std::size_t, void* with) noexcept {
                         ++*static_cast<std::size_t*>(with);
                         return false;
                       },
                   .with = &times}};
    Pool pool{budget, {.per_cpu = per_cpu}};
    const std::vector<Message*> all = acquire_all(pool);
    // Nothing is left for a magazine.
    std::vector<Loan> rest;
    for (std::size_t size = 16 * KiB; size >= 64; size /= 2)
      while (const Loan loan = budget.lend({.size = size}))
        rest.push_back(loan);
    times = 0;
    pool.release_many(all.data(), all.size());
    CHECK(times < all.size() / 10);
    for (const Loan& loan : rest)
      budget.take_back(loan);
  }
}

TEST_CASE("on_short may use the pool that asks") {
  static Pool* pool = nullptr;
  Budget budget{"all",
                256 * KiB,
                system_upstream(),
                {.on_short = [](Budget&, std::size_t, void*) noexcept {
                  pool->release(pool->acquire_raw());
                  return pool->reap() != 0;
                }}};
  Pool asking{budget, {.name = "asking"}};
  pool = &asking;
  const std::size_t most = most_of(asking);
  CHECK(most > 200);
  CHECK(most_of(asking) == most);
  CHECK(asking.check());
}

TEST_CASE("what is destroyed for another may itself use pools") {
  static ObjectPool<Message>* notes = nullptr;
  struct Heavy {
    std::byte bytes[512];
    Heavy() = default;
    ~Heavy() { notes->acquire().reset(); }
  };
  ObjectPool<Message> of_notes{willing};
  notes = &of_notes;
  ObjectPool<Heavy> heavy{{.name = "heavy", .reap_when_short = true}};
  std::vector<Heavy*> all(1000);
  REQUIRE(heavy.acquire_many(all.data(), all.size()) == all.size());
  heavy.release_many(all.data(), all.size());
  CHECK(reap_object_pools() > 0);
  CHECK(heavy.stats().held < 128 * KiB);
}

TEST_CASE("a destructor that reaps all pools reaps none") {
  static std::size_t nested = 0;
  struct Reaping {
    std::byte bytes[512];
    Reaping() = default;
    ~Reaping() { nested += reap_object_pools(); }
  };
  ObjectPool<Reaping> first{{.name = "first", .reap_when_short = true}};
  ObjectPool<Reaping> second{{.name = "second", .reap_when_short = true}};
  for (ObjectPool<Reaping>* const pool : {&first, &second}) {
    std::vector<Reaping*> all(1000);
    REQUIRE(pool->acquire_many(all.data(), all.size()) == all.size());
    pool->release_many(all.data(), all.size());
  }
  CHECK(reap_object_pools() > 0);
  CHECK(nested == 0);
  CHECK(first.stats().held < 128 * KiB);
  CHECK(second.stats().held < 128 * KiB);
  CHECK(reap_object_pools() == 0);
}

TEST_CASE("pools may end while others reap all") {
  std::atomic<bool> is_over{false};
  std::thread reaper{[&] {
    while (!is_over)
      reap_object_pools();
  }};
  for (int round = 0; round < 300; ++round) {
    const auto pool = std::make_unique<Pool>(willing);
    fill_and_empty(*pool, 300);
  }
  is_over = true;
  reaper.join();
}
