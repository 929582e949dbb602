// Object pools whose upstream, when it is asked for memory, uses the very pool
// that asks, on the same thread.
// ONLY linux
#include "tarn/budget.hpp"
#include "tarn/object_pool.hpp"

#include <doctest/doctest.h>
#include <utility>
#include <vector>

using namespace tarn;

namespace {

struct Message {
  std::byte bytes[64];
};
using Pool = ObjectPool<Message>;

// A cache of the program's own, which gives some back when memory is short.
struct Kept {
  Pool* pool = nullptr;
  std::vector<Message*> messages;
  int times = 0;
  bool answer = false;
};

bool give_some_back(Budget&, std::size_t, void* with) noexcept {
  auto& kept = *static_cast<Kept*>(with);
  ++kept.times;
  for (int i = 0; i < 20 && !kept.messages.empty(); ++i) {
    kept.pool->release(kept.messages.back());
    kept.messages.pop_back();
  }
  return kept.answer;
}

// Takes until it runs out, keeping some where give_some_back() finds them, and
// gives all back: each was there once.
void require_none_lost(std::size_t limit, bool answer) {
  Kept kept;
  kept.answer = answer;
  Budget budget{"all",
                limit,
                system_upstream(),
                {.on_short = give_some_back, .with = &kept}};
  Pool pool{budget};
  kept.pool = &pool;
  std::vector<Message*> all;
  while (Message* const message = pool.acquire_raw()) {
    const bool is_kept = all.size() < 40 && kept.messages.size() < 40;
    (is_kept ? kept.messages : all).push_back(message);
    if (all.size() > 3000 || kept.times > 3)
      break;
  }
  CHECK(pool.stats().in_use == all.size() + kept.messages.size());
  const std::size_t half = all.size() / 2;
  pool.release_many(all.data(), half);
  const std::vector<Message*> kept_to_the_end =
      std::exchange(kept.messages, {});
  pool.release_many(kept_to_the_end.data(), kept_to_the_end.size());
  pool.release_many(all.data() + half, all.size() - half);
  CHECK(pool.stats().in_use == 0);
  CHECK(pool.check());
}

Pool* asking = nullptr;

bool use_the_one_that_asks(Budget&, std::size_t, void*) noexcept {
  if (asking == nullptr)
    return false;
  const std::size_t bytes = reap_object_pools();
  Message* some[5] = {};
  const std::size_t n = asking->acquire_many(some, 5);
  asking->release_many(some, n);
  return bytes != 0;
}

}  // namespace

TEST_CASE("on_short may release to the pool that asks, and none is lost") {
  for (std::size_t limit = 4 * KiB; limit <= 128 * KiB; limit += 4 * KiB)
    for (const bool answer : {false, true}) {
      CAPTURE(limit);
      CAPTURE(answer);
      require_none_lost(limit, answer);
    }
}

TEST_CASE("on_short may make the first use of the pool that asks") {
  Budget budget{
      "all", 256 * KiB, system_upstream(), {.on_short = use_the_one_that_asks}};
  Pool idle{budget, {.name = "idle", .reap_when_short = true}};
  std::vector<Message*> all;
  while (budget.held() <= 240 * KiB) {
    all.push_back(idle.acquire_raw());
    REQUIRE(all.back() != nullptr);
  }
  idle.release_many(all.data(), all.size());
  std::vector<Loan> rest;
  while (const Loan loan = budget.lend({.size = 4 * KiB}))
    rest.push_back(loan);
  {
    Pool pool{budget, {.name = "asking"}};
    asking = &pool;
    Message* const message = pool.acquire_raw();
    CHECK(message != nullptr);
    pool.release(message);
    asking = nullptr;
    CHECK(pool.stats().in_use == 0);
    CHECK(pool.check());
  }
  for (const Loan& loan : rest)
    budget.take_back(loan);
}
