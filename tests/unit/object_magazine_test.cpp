// What magazines promise: trips to the depot, other threads, a thread's end,
// memory that goes back.
// ONLY linux
#include "tarn/object_pool.hpp"

#include "object/capacity.hpp"
#include "object/state.hpp"
#include "support/counting_upstream.hpp"
#include "support/messages.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <doctest/doctest.h>
#include <memory>
#include <set>
#include <thread>
#include <type_traits>
#include <vector>

using namespace tarn;
using test::acquire;
using test::CountingUpstream;

namespace {

using Message = test::Message<64>;
using Pool = ObjectPool<Message>;

// Of the pool of one of its objects.
object::State& state_of(const Message* message) {
  return object::State::of(*detail::slab_of(message, Pool::slab_size).pool);
}

// As when threads met at the depot.
void let_magazines_grow(const Message* message) {
  object::State& state = state_of(message);
  const base::Locked locked{state.lock};
  state.capacity =
      object::next_capacity(state.capacity, state.slabs.shape().stride);
}

// When the pool looked for what idles; the longest time where some is due.
std::uint64_t last_look(object::State& state) {
  const base::Locked locked{state.lock};
  return state.due.is_any() ? ~std::uint64_t{0} : state.looked;
}

// Whether `holds` says so, asked again where it does not and the pool gave back
// what idled meanwhile, as it does where a machine stops a thread for long.
template <class Holds>
bool holds_or_was_disturbed(object::State& state, Holds holds) {
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t before = last_look(state);
    if (holds())
      return true;
    if (before != ~std::uint64_t{0} && last_look(state) == before)
      return false;
  }
  return false;
}

template <class Work>
void on_a_thread(Work work) {
  std::thread{work}.join();
}

}  // namespace

TEST_CASE("a thread goes to the depot once for as many as a magazine holds") {
  Pool pool;
  std::vector<Message*> all = acquire(pool, 10'000);
  const std::size_t magazine = pool.stats().magazine;
  CHECK(magazine > 50);
  const std::size_t most = all.size() / magazine + 1;
  std::size_t released = 0;
  std::size_t acquired = 0;
  const bool holds = holds_or_was_disturbed(state_of(all.front()), [&] {
    const std::size_t first = pool.stats().trips;
    pool.release_many(all.data(), all.size());
    const std::size_t second = pool.stats().trips;
    all = acquire(pool, 10'000);
    released = second - first;
    acquired = pool.stats().trips - second;
    return released <= most && acquired <= most;
  });
  CAPTURE(released);
  CAPTURE(acquired);
  CHECK(holds);
  pool.release_many(all.data(), all.size());
}

TEST_CASE("at the boundary of a magazine no call goes to the depot") {
  Pool pool;
  const std::size_t magazine = pool.stats().magazine;
  for (std::size_t in_use = 0; in_use < 3 * magazine; in_use += 7) {
    std::vector<Message*> all = acquire(pool, in_use);
    // Fills one magazine and empties it again, at whatever height.
    const std::size_t before = pool.stats().trips;
    for (int i = 0; i < 1000; ++i) {
      Message* const a = pool.acquire_raw();
      Message* const b = pool.acquire_raw();
      pool.release(a);
      pool.release(b);
    }
    CHECK(pool.stats().trips - before <= 4);
    pool.release_many(all.data(), all.size());
  }
}

TEST_CASE_TEMPLATE("a thread has no more at hand than two magazines hold", Size,
                   std::integral_constant<std::size_t, 1024>,
                   std::integral_constant<std::size_t, 1392>,
                   std::integral_constant<std::size_t, 1408>,
                   std::integral_constant<std::size_t, 1456>,
                   std::integral_constant<std::size_t, 4096>,
                   std::integral_constant<std::size_t, 16384>,
                   std::integral_constant<std::size_t, 100'000>) {
  struct Object {
    std::byte bytes[Size::value];
  };
  ObjectPool<Object> pool;
  std::vector<Object*> all(200);
  REQUIRE(pool.acquire_many(all.data(), all.size()) == all.size());
  for (Object* const object : all) {
    pool.release(object);
    REQUIRE(pool.stats().at_hand <= 2 * pool.stats().magazine);
  }
  CHECK(pool.check());
  CHECK(pool.stats().in_use == 0);
}

TEST_CASE("magazines of a former capacity leave as they are emptied") {
  Pool pool;
  const auto use = [&pool](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      std::vector<Message*> all = acquire(pool, 1000);
      pool.release_many(all.data(), all.size());
    }
  };
  use(10);
  const auto one = pool.acquire();
  while (pool.stats().magazine < 1000)
    let_magazines_grow(one.get());
  use(10);
  const std::size_t before = pool.stats().trips;
  use(640);
  // Two magazines hold all: the thread looks after the depot now and then.
  CHECK(pool.stats().trips - before <= 2 * 640 / 64 + 1);
}

TEST_CASE("magazines grow once threads have met at the depot often") {
  Pool pool;
  const auto one = pool.acquire();
  object::State& state = state_of(one.get());
  const auto meet = [&state](std::size_t times) {
    const base::Locked locked{state.lock};
    state.contended += times;
    state.look();
    return state.capacity;
  };
  const std::uint32_t before = meet(0);
  CHECK(meet(16) == before);
  // The interval is not over.
  CHECK(meet(17) > before);
}

TEST_CASE("what one thread releases another one acquires") {
  Pool pool;
  std::vector<Message*> all = acquire(pool, 5000);
  std::size_t others = 0;
  std::size_t again = 0;
  const bool holds = holds_or_was_disturbed(state_of(all.front()), [&] {
    const std::set<Message*> places(all.begin(), all.end());
    on_a_thread([&] { pool.release_many(all.data(), all.size()); });
    CHECK(pool.stats().in_use == 0);
    others = pool.stats().ready - all.size();
    all = acquire(pool, 5000);
    again = 0;
    for (Message* const message : all)
      again += places.count(message);
    return again + others >= all.size();
  });
  CAPTURE(again);
  CAPTURE(others);
  CHECK(holds);
  pool.release_many(all.data(), all.size());
  CHECK(pool.check());
}

TEST_CASE("of who takes back what it put into the depot nobody else gets it") {
  object::Depot depot;
  const auto magazine = [] {
    return std::make_unique<object::Magazine>(object::Magazine{1, 1, nullptr});
  };
  const auto first = magazine();
  const auto second = magazine();
  depot.put(first.get(), 1);
  depot.put(second.get(), 1);
  CHECK(depot.take_own_full(2) == nullptr);
  CHECK(depot.take_own_full(1) == second.get());
  CHECK(depot.take_full(2) == first.get());
  CHECK(depot.objects() == 0);
}

TEST_CASE("of who only puts anybody gets it, and of who is gone") {
  object::Depot depot;
  std::array<object::Magazine, 4> all;
  for (object::Magazine& each : all) {
    each = {1, 1, nullptr};
    CHECK(depot.take_own_full(2) == nullptr);
    depot.put(&each, 1);
  }
  for (auto each = all.rbegin(); each != all.rend(); ++each)
    CHECK(depot.take_own_full(2) == &*each);
  depot.put(all.data(), 3);
  CHECK(depot.take_own_full(2) == nullptr);
  depot.open(3);
  CHECK(depot.take_own_full(2) == all.data());
}

TEST_CASE("objects of two threads lie in slabs of their own") {
  Pool pool;
  std::set<std::uintptr_t> slabs[2];
  std::barrier together{2};
  std::vector<std::thread> crew;
  for (auto& own : slabs)
    crew.emplace_back([&] {
      together.arrive_and_wait();
      std::vector<Message*> all = acquire(pool, 1000);
      for (const Message* const message : all)
        own.insert(reinterpret_cast<std::uintptr_t>(message) / Pool::slab_size);
      together.arrive_and_wait();
      pool.release_many(all.data(), all.size());
    });
  for (std::thread& thread : crew)
    thread.join();
  for (const std::uintptr_t slab : slabs[0])
    CHECK(slabs[1].count(slab) == 0);
}

TEST_CASE("what was reserved serves every thread before a slab is borrowed") {
  Pool pool;
  REQUIRE(pool.reserve(1000));
  const std::size_t slabs = pool.stats().slabs_made;
  Message* other = nullptr;
  on_a_thread([&] { other = pool.acquire_raw(); });
  std::vector<Message*> all = acquire(pool, 900);
  CHECK(pool.stats().slabs_made == slabs);
  pool.release_many(all.data(), all.size());
  pool.release(other);
}

TEST_CASE("of what the depot has a thread gets what it put there itself") {
  Pool pool;
  // Twice as many as stay at hand.
  const std::size_t count = 4 * pool.stats().magazine;
  std::vector<Message*> own = acquire(pool, count);
  std::vector<Message*> again;
  CHECK(holds_or_was_disturbed(state_of(own.front()), [&] {
    std::barrier turn{2};
    std::thread other{[&] {
      const std::vector<Message*> others = acquire(pool, count);
      turn.arrive_and_wait();
      turn.arrive_and_wait();
      pool.release_many(others.data(), others.size());
      turn.arrive_and_wait();
      turn.arrive_and_wait();
    }};
    turn.arrive_and_wait();
    pool.release_many(own.data(), own.size());
    turn.arrive_and_wait();
    turn.arrive_and_wait();
    again = own;
    own = acquire(pool, count);
    turn.arrive_and_wait();
    other.join();
    std::sort(own.begin(), own.end());
    std::sort(again.begin(), again.end());
    return again == own;
  }));
  pool.release_many(own.data(), own.size());
}

TEST_CASE("a thread's end gives back what it had at hand") {
  CountingUpstream upstream;
  Pool pool{upstream};
  on_a_thread([&] {
    std::vector<Message*> all = acquire(pool, 1000);
    pool.release_many(all.data(), all.size());
    CHECK(pool.stats().at_hand > 0);
  });
  CHECK(pool.stats().at_hand == 0);
  CHECK(pool.stats().ready >= 1000);
  static_cast<void>(pool.reap());
  CHECK(pool.stats().held == 0);
}

TEST_CASE("objects in the hands of a thread that ends are still in use") {
  Pool pool;
  Message* message = nullptr;
  on_a_thread([&] { message = pool.acquire_raw(); });
  CHECK(pool.stats().in_use == 1);
  pool.release(message);
  CHECK(pool.stats().in_use == 0);
}

TEST_CASE("a thread that touched a pool once holds little") {
  Pool pool;
  const auto one = pool.acquire();
  const std::size_t before = pool.stats().own + pool.stats().held;
  constexpr std::size_t threads = 300;
  const ObjectPoolStats stats = test::stats_among_threads(pool, threads);
  CAPTURE(stats.own);
  CAPTURE(stats.held);
  // And a slab for those of each way.
  CHECK(stats.own + stats.held - before <=
        threads * KiB + object::many_ways * Pool::slab_size);
}

TEST_CASE("what serves all of a pool lies in one slab, whoever asked for it") {
  Pool pool;
  const auto one = pool.acquire();
  object::State& state = state_of(one.get());
  const auto own_after = [&](object::From from) {
    const std::size_t before = pool.stats().own;
    std::vector<void*> parts;
    // As many as a slab has, each for a thread of another way.
    for (std::uint32_t number = 0; number < 8; ++number)
      parts.push_back(state.new_part(object::Parts::large, number, from));
    const std::size_t after = pool.stats().own;
    const base::Locked locked{state.lock};
    for (void* const part : parts)
      state.parts.put(part, object::Parts::large);
    return after - before;
  };
  CHECK(own_after(object::From::any_way) == 64 * KiB);
  CHECK(own_after(object::From::own_way) == 7 * 64 * KiB);
}

TEST_CASE("after a peak the memory goes back within light work") {
  Pool pool;
  test::check_peak_goes_back(pool);
  CHECK(pool.stats().own <= 64 * KiB);
}

TEST_CASE("magazines that cannot be had are done without") {
  test::check_without_magazines({});
}

TEST_CASE("pools end while threads that used them live") {
  auto pool = std::make_unique<Pool>();
  std::atomic<int> step{0};
  std::thread other{[&] {
    pool->acquire().reset();
    step = 1;
    step.notify_one();
    step.wait(1);
    Pool next;
    next.acquire().reset();
  }};
  step.wait(0);
  pool.reset();
  step = 2;
  step.notify_one();
  other.join();
}

TEST_CASE("a cache is busy until the outermost scope ends") {
  object::Cache cache{};
  {
    const object::Busy outer{cache};
    {
      const object::Busy inner{cache};
      CHECK(cache.busy.load() % 2 == 1);
    }
    CHECK(cache.busy.load() % 2 == 1);
  }
  CHECK(cache.busy.load() == 2);
}
