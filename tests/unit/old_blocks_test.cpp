#include "tarn/heap.hpp"

#include "check/shadow.hpp"
#include "check/suspects.hpp"
#include "support/own_clock.hpp"
#include "support/rates.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <queue>
#include <random>
#include <utility>
#include <vector>

namespace {

using namespace tarn;

constexpr unsigned path_bits = 7;

// Each way through these is a stack of its own.
[[gnu::noinline]] void* go_left(Heap& heap, unsigned path, unsigned depth);
[[gnu::noinline]] void* go_right(Heap& heap, unsigned path, unsigned depth);

[[gnu::always_inline]] inline void* go(Heap& heap, unsigned path,
                                       unsigned depth) {
  void* block = nullptr;
  if (depth == 0)
    block = heap.allocate(48);
  else if (path % 2 == 0)
    block = go_left(heap, path / 2, depth - 1);
  else
    block = go_right(heap, path / 2, depth - 1);
  // The call above stays a call.
  asm volatile("" : "+r"(block));
  return block;
}

void* go_left(Heap& heap, unsigned path, unsigned depth) {
  return go(heap, path, depth);
}
void* go_right(Heap& heap, unsigned path, unsigned depth) {
  return go(heap, path, depth);
}

std::vector<check::Suspect> suspects() {
  std::vector<check::Suspect> found;
  check::for_each_suspect(
      [](void* into, const check::Suspect& one) noexcept {
        if (one.is_of_blocks)
          static_cast<std::vector<check::Suspect>*>(into)->push_back(one);
      },
      &found);
  return found;
}

unsigned paths = 0;

// One site of a checked heap over an hour and a half of a clock that the test
// moves. What is kept goes back with the heap.
struct Run {
  explicit Run(unsigned seed) : random(seed) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    for (; !ends.empty(); ends.pop())
      heap.deallocate(ends.top().second);
  }

  // One site, whoever calls.
  [[gnu::noinline]] void* make() {
    void* block = go(heap, path, path_bits);
    asm volatile("" : "+r"(block));
    return block;
  }

  /// Seconds until there was a suspect, 0: never.
  double suspect_after(double (*rate)(double), double leak_every = 0) {
    const long begin = test::now;
    double next_leak = leak_every == 0 ? 1e9 : leak_begins;
    for (double at = 0; at < period; at += 1) {
      test::now = begin + static_cast<long>(at * 1000);
      for (; !ends.empty() && ends.top().first <= at; ends.pop())
        heap.deallocate(ends.top().second);
      const int born = std::poisson_distribution<int>(rate(at))(random);
      for (int i = 0; i < born; ++i)
        ends.emplace(at + std::uniform_real_distribution<>{0.1, 10}(random),
                     make());
      for (; next_leak <= at; next_leak += leak_every)
        static_cast<void>(make());
      if (static_cast<int>(at) % 10 != 0)
        continue;
      found = suspects();
      if (!found.empty())
        return leak_every == 0 ? at + 1 : at - leak_begins;
    }
    return 0;
  }

  static constexpr double leak_begins = 600;
  static constexpr double period = 5400;
  using End = std::pair<double, void*>;

  Heap heap{HeapOptions{.checks = CheckMode::full}};
  std::mt19937 random;
  unsigned path = paths++ % (1u << path_bits);
  std::priority_queue<End, std::vector<End>, std::greater<>> ends;
  std::vector<check::Suspect> found;
};

using test::cyclic;
using test::growing;
using test::runs;
using test::steady;
double never(double) {
  return 0;
}

unsigned found_within(double seconds, double leak_every) {
  unsigned count = 0;
  double slowest = 0;
  for (unsigned seed = 0; seed < runs; ++seed) {
    const double after = Run(seed).suspect_after(steady, leak_every);
    count += after > 0 && after <= seconds;
    slowest = after > slowest ? after : slowest;
  }
  MESSAGE("a leak each " << leak_every << " s: slowest found in " << slowest);
  return count;
}

}  // namespace

TEST_CASE("sites of blocks that are steady, cyclic or grow are not suspect") {
  for (double (*const rate)(double) : {steady, cyclic, growing})
    for (unsigned seed = 0; seed < runs; ++seed)
      CHECK(Run(seed).suspect_after(rate) == 0);
}

TEST_CASE("blocks that are kept from the start on are not suspect") {
  for (double (*const rate)(double) : {never, steady}) {
    Run cache(1);
    for (unsigned i = 0; i < 500; ++i)
      static_cast<void>(cache.make());
    CHECK(cache.suspect_after(rate) == 0);
  }
}

TEST_CASE("leaked blocks are suspect soon after") {
  if (check::follows_sanitizer())
    return;
  CHECK(found_within(2 * 60, 1) == runs);
  CHECK(found_within(5 * 60, 10) == runs);
  CHECK(found_within(20 * 60, 100) == runs);
}

TEST_CASE(
    "a suspect of blocks says how many there are and how long they live") {
  if (check::follows_sanitizer())
    return;
  Run run(1);
  REQUIRE(run.suspect_after(steady, 1) != 0);
  REQUIRE(run.found.size() == 1);
  const check::Suspect& one = run.found[0];
  CHECK(one.kind == PoolKind::heap);
  CHECK(!one.is_drawn);
  CHECK(one.count >= check::least_old);
  CHECK(one.bytes == std::uint64_t{one.count} * 48);
  CHECK(one.completed > 1000);
  CHECK(one.longest_ms <= 11'000);
  CHECK(one.oldest_ms >= check::least_age_ms);
}
