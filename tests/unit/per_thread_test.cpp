// What per_thread.hpp promises of PerThread.
#include "tarn/per_thread.hpp"

#include "tarn/budget.hpp"
#include "tarn/object_pool.hpp"

#include "support/counting_upstream.hpp"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>
#include <latch>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

using tarn::Budget;
using tarn::EndedThread;
using tarn::KiB;
using tarn::ObjectPool;
using tarn::PerThread;
using tarn::Region;
using tarn::test::CountingUpstream;

namespace {

// Any pool: one that only counts, and that no line of the set knows.
struct Plain {
  explicit Plain(int start = 0) : value(start) { ++alive; }
  ~Plain() { --alive; }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;
  void reset() { value = 0; }

  int value;
  // Each thread adds, the test reads after joins.
  static inline std::atomic<int> alive{0};
};

template <class Work>
void on_a_thread(Work work) {
  std::thread{std::move(work)}.join();
}

// As many threads, all alive at the same time while they work.
template <class Work>
void on_threads(int count, Work work) {
  std::latch here{count};
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      work(i);
      here.arrive_and_wait();
    });
  for (std::thread& thread : threads)
    thread.join();
}

int pools_of(PerThread<Plain>& set) {
  int pools = 0;
  set.for_each([&pools](Plain&) { ++pools; });
  return pools;
}

}  // namespace

TEST_CASE("a set makes nothing before a thread asks") {
  const PerThread<Plain> set;
  CHECK(Plain::alive == 0);
  CHECK(set.stats().pools == 0);
}

TEST_CASE("local gives each thread a pool of its own, always the same") {
  PerThread<Plain> set;
  std::array<Plain*, 4> pools{};
  on_threads(4, [&](int i) {
    pools[static_cast<std::size_t>(i)] = set.local();
    CHECK(set.local() == pools[static_cast<std::size_t>(i)]);
    CHECK(&*set == set.local());
    CHECK(set.operator->() == set.local());
  });
  CHECK(std::set<Plain*>(pools.begin(), pools.end()).size() == 4);
  CHECK(std::find(pools.begin(), pools.end(), nullptr) == pools.end());
}

TEST_CASE("pools lie on lines of their own") {
  PerThread<char> set;
  std::array<char*, 4> pools{};
  on_threads(4,
             [&](int i) { pools[static_cast<std::size_t>(i)] = set.local(); });
  std::sort(pools.begin(), pools.end());
  for (std::size_t i = 1; i < pools.size(); ++i)
    CHECK(pools[i] - pools[i - 1] >= 64);
}

TEST_CASE("what threads read of a set lies on lines of its own") {
  CHECK(alignof(PerThread<char>) >= 64);
  CHECK(sizeof(PerThread<char>) % 64 == 0);
}

TEST_CASE("a pool has the alignment of its type") {
  struct alignas(1024) Wide {
    char bytes[1500];
  };
  PerThread<Wide> set;
  on_threads(3, [&](int) {
    Wide* const wide = set.local();
    REQUIRE(wide != nullptr);
    CHECK(tarn::detail::address_of(wide) % alignof(Wide) == 0);
    wide->bytes[sizeof wide->bytes - 1] = 1;
  });
}

TEST_CASE("a set of object pools has one for each thread") {
  PerThread<ObjectPool<int>> set;
  ObjectPool<int>::Handle own = set->acquire();
  REQUIRE(own);
  on_a_thread([&] {
    const auto other = set->acquire();
    REQUIRE(other);
    CHECK_FALSE(set->owns(own.get()));
  });
  CHECK(set->owns(own.get()));
  own.reset();
  std::size_t in_use = 0;
  std::size_t bytes = 0;
  set.for_each([&](ObjectPool<int>& pool) {
    in_use += pool.stats().in_use;
    bytes += pool.reap();
  });
  CHECK(set.stats().pools == 2);
  CHECK(in_use == 0);
  CHECK(bytes > 0);
}

TEST_CASE("more sets than a thread has places keep their pools apart") {
  std::vector<std::unique_ptr<PerThread<Plain>>> sets;
  std::vector<Plain*> pools;
  for (int i = 0; i < 40; ++i) {
    sets.push_back(std::make_unique<PerThread<Plain>>());
    pools.push_back(sets.back()->local());
    pools.back()->value = i;
  }
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 40; ++i) {
      const auto at = static_cast<std::size_t>(i);
      CHECK(sets[at]->local() == pools[at]);
      CHECK(pools[at]->value == i);
    }
  CHECK(Plain::alive == 40);
  sets.clear();
  CHECK(Plain::alive == 0);
}

TEST_CASE("a set at the place of one that ended starts anew") {
  for (int i = 0; i < 50; ++i) {
    PerThread<Plain> set;
    CHECK(set->value == 0);
    set->value = 1;
  }
  CHECK(Plain::alive == 0);
}

TEST_CASE("a callable makes each thread's pool, also one that cannot move") {
  CountingUpstream upstream;
  PerThread<Region> set{[&upstream] {
    return Region{upstream, {.first_chunk = 8 * KiB}};
  }};
  CHECK(set->allocate(10) != nullptr);
  CHECK(upstream.loans_out() == 1);
  int start = 7;
  PerThread<Plain> plain{[&start] { return Plain{start}; }};
  on_a_thread([&] { CHECK(plain->value == 7); });
}

TEST_CASE("adopt: the pool of an ended thread serves the next one as it is") {
  PerThread<Plain> set;
  Plain* former = nullptr;
  on_a_thread([&] {
    former = set.local();
    former->value = 5;
  });
  CHECK(Plain::alive == 1);
  CHECK(set.stats().waiting == 1);
  on_a_thread([&] {
    CHECK(set.local() == former);
    CHECK(set->value == 5);
    CHECK(set.stats().waiting == 0);
  });
  CHECK(set.stats().adopted == 1);
  CHECK(set.stats().pools == 1);
}

TEST_CASE("adopt: a thread takes over what one of its number had before") {
  PerThread<Plain> set;
  std::array<Plain*, 4> pools{};  // the last: of no number
  std::array<std::uint32_t, 4> numbers{};
  on_threads(3, [&](int i) {
    const auto at = static_cast<std::size_t>(i);
    pools[at] = set.local();
    numbers[at] = tarn::detail::own_number();
  });
  on_threads(3, [&](int) {
    const Plain* const mine = set.local();
    const auto at =
        std::find(numbers.begin(), numbers.end(), tarn::detail::own_number());
    CHECK(mine == pools[static_cast<std::size_t>(at - numbers.begin())]);
  });
}

TEST_CASE("release: the pool of an ended thread ends on that thread") {
  PerThread<Plain> set{{.ended = EndedThread::release}};
  on_a_thread([&] { set->value = 5; });
  CHECK(Plain::alive == 0);
  CHECK(set.stats().pools == 0);
  CHECK(set.stats().released == 1);
  on_a_thread([&] { CHECK(set->value == 0); });
  CHECK(set.stats().released == 2);
}

TEST_CASE("release: what a thread dies with in its hands is ended there") {
  PerThread<Region> set{{.ended = EndedThread::release}};
  std::thread::id ended_on;
  struct Told {
    std::thread::id& on;
    ~Told() { on = std::this_thread::get_id(); }
  };
  std::thread::id worker;
  on_a_thread([&] {
    worker = std::this_thread::get_id();
    REQUIRE(set->make<Told>(ended_on) != nullptr);
  });
  CHECK(ended_on == worker);
}

TEST_CASE("adopt: what a thread dies with in its hands waits for the set") {
  bool is_ended = false;
  struct Told {
    bool& is_ended;
    ~Told() { is_ended = true; }
  };
  {
    PerThread<Region> set;
    on_a_thread([&] { REQUIRE(set->make<Told>(is_ended) != nullptr); });
    CHECK_FALSE(is_ended);
  }
  CHECK(is_ended);
}

TEST_CASE("a destructor of a thread that ends finds a pool") {
  PerThread<Plain> set;
  struct Late {
    PerThread<Plain>* set = nullptr;
    ~Late() {
      if (set != nullptr)
        (*set)->value += 1;
    }
  };
  on_a_thread([&] {
    thread_local Late late;
    late.set = &set;
    set->value = 1;
  });
  int sum = 0;
  set.for_each([&sum](const Plain& pool) { sum += pool.value; });
  CHECK(sum == 2);
}

TEST_CASE("for_each gives every pool, those of ended threads included") {
  PerThread<Plain> set;
  set->value = 8;
  on_threads(3, [&](int i) { set->value = 1 << i; });
  int sum = 0;
  set.for_each([&sum](const Plain& pool) { sum += pool.value; });
  CHECK(sum == 15);
  CHECK(pools_of(set) == static_cast<int>(set.stats().pools));
}

TEST_CASE("reset_all resets every pool") {
  PerThread<Region> set;
  on_threads(3, [&](int) { CHECK(set->allocate(100) != nullptr); });
  set.reset_all();
  set.for_each([](const Region& region) { CHECK(region.stats().used == 0); });
}

TEST_CASE("merge_into has the parent take over what all threads made") {
  PerThread<Region> set;
  std::array<int*, 3> made{};
  on_threads(
      3, [&](int i) { made[static_cast<std::size_t>(i)] = set->make<int>(i); });
  Region tree;
  REQUIRE(set.merge_into(tree));
  for (int i = 0; i < 3; ++i) {
    CHECK(tree.owns(made[static_cast<std::size_t>(i)]));
    CHECK(*made[static_cast<std::size_t>(i)] == i);
  }
  set.for_each([](const Region& region) { CHECK(region.held() == 0); });
  CHECK(set->make<int>(4) != nullptr);
}

TEST_CASE("merge_into a region of another upstream changes nothing") {
  CountingUpstream upstream;
  PerThread<Region> set;
  int* const number = set->make<int>(1);
  Region tree{upstream};
  CHECK_FALSE(set.merge_into(tree));
  CHECK(set->owns(number));
  CHECK(tree.held() == 0);
}

TEST_CASE("a set ends the pools of threads that live on") {
  auto set = std::make_optional<PerThread<Plain>>();
  std::latch is_made{1};
  std::latch is_ended{1};
  std::thread thread{[&] {
    (*set)->value = 1;
    is_made.count_down();
    is_ended.wait();
    PerThread<Plain> next;  // and such a thread may go on with others
    CHECK(next->value == 0);
  }};
  is_made.wait();
  set.reset();
  CHECK(Plain::alive == 0);
  is_ended.count_down();
  thread.join();
  CHECK(Plain::alive == 0);
}

TEST_CASE("a budget that refuses is refused to each thread's pool alone") {
  Budget budget{"threads", 64 * KiB};
  PerThread<Region> set{[&budget] { return Region{budget}; }};
  REQUIRE(set->allocate(32 * KiB - 100) != nullptr);
  on_a_thread([&] {
    CHECK(set.local() != nullptr);
    CHECK(set->allocate(60 * KiB) == nullptr);
    CHECK(set->ran_out());
  });
  CHECK_FALSE(set->ran_out());
  CHECK(set->allocate(10) != nullptr);
}

TEST_CASE("stats count pools, those that wait, and what became of others") {
  PerThread<Plain> set;
  set->value = 1;
  on_threads(3, [&](int) { set->value = 1; });
  const tarn::PerThreadStats stats = set.stats();
  CHECK(stats.pools == 4);
  CHECK(stats.waiting == 3);
  CHECK(stats.lost == 0);
  CHECK(stats.adopted == 0);
  CHECK(stats.released == 0);
}
