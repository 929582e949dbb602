#include "check/pools.hpp"

#include "check/sites.hpp"
#include "check/suspects.hpp"
#include "port/world.hpp"
#include "support/own_clock.hpp"

#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>
#include <functional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;
using check::PoolNumber;

// Each case has sites of its own.
check::StackId new_site() {
  static check::StackId last = 1'000'000;
  return ++last;
}

std::vector<check::Suspect> suspects() {
  std::vector<check::Suspect> found;
  check::for_each_suspect(
      [](void* into, const check::Suspect& one) noexcept {
        static_cast<std::vector<check::Suspect>*>(into)->push_back(one);
      },
      &found);
  return found;
}

const check::Suspect* suspect_of(const std::vector<check::Suspect>& all,
                                 check::StackId site) {
  for (const check::Suspect& one : all)
    if (one.stack == site)
      return &one;
  return nullptr;
}

std::string words_for(PoolNumber number) {
  base::Line line;
  check::write_pool(line, number);
  return line.text();
}

std::size_t living() {
  std::size_t count = 0;
  check::for_each_living_pool(
      [](void* into, const check::LivingPool&) noexcept {
        ++*static_cast<std::size_t*>(into);
      },
      &count);
  return count;
}

}  // namespace

TEST_CASE("a pool has a number, a name, a parent and a birth") {
  const std::uint32_t id = port::register_pool(PoolKind::region, "request");
  const check::StackId site = new_site();
  const PoolNumber parent = check::enter_pool_at(site, PoolKind::region, 0);
  const PoolNumber one =
      check::enter_pool_at(site, PoolKind::region, id, parent);
  REQUIRE(one != 0);
  const check::PoolEntry* const entry = check::pool_entry(one);
  REQUIRE(entry != nullptr);
  CHECK(entry->kind == PoolKind::region);
  CHECK(entry->id == id);
  CHECK(entry->parent == parent);
  CHECK(entry->site == site);
  CHECK(entry->born == port::clock_ms());
  CHECK(words_for(one) == "region 'request'");
  CHECK(words_for(check::enter_pool(PoolKind::heap, 0)) == "heap ''");
  const PoolNumber heap = check::enter_pool(PoolKind::heap, 0);
  check::mark_default(heap);
  CHECK(words_for(heap) == "the heap");
  CHECK(words_for(0) == "a pool");
  check::leave_pool(one);
  check::leave_pool(parent);
  port::unregister_pool(id);
}

TEST_CASE("a pool that ended stays readable until thousands more have") {
  const PoolNumber one =
      check::enter_pool_at(new_site(), PoolKind::object_pool, 0);
  test::now += 40;
  check::leave_pool(one);
  check::leave_pool(one);
  const check::PoolEntry* const entry = check::pool_entry(one);
  REQUIRE(entry != nullptr);
  CHECK(entry->ended - entry->born == 40);
  const check::StackId site = new_site();
  for (unsigned i = 0; i < 200; ++i)
    check::leave_pool(check::enter_pool_at(site, PoolKind::region, 0));
  CHECK(check::pool_entry(one) == entry);
  CHECK(entry->kind == PoolKind::object_pool);
}

TEST_CASE("a number is not used again though its place is") {
  const check::StackId site = new_site();
  std::set<PoolNumber> numbers;
  constexpr unsigned count = 20'000;
  const std::size_t before = living();
  for (unsigned i = 0; i < count; ++i) {
    const PoolNumber number = check::enter_pool_at(site, PoolKind::region, 0);
    numbers.insert(number);
    check::leave_pool(number);
  }
  CHECK(numbers.size() == count);
  CHECK(numbers.count(0) == 0);
  CHECK(living() == before);
  CHECK(check::pool_entry(*numbers.begin()) == nullptr);
}

TEST_CASE("more pools live at once than sixteen bits count") {
  const check::StackId site = new_site();
  constexpr unsigned count = 70'000;
  std::vector<PoolNumber> numbers;
  for (unsigned i = 0; i < count; ++i)
    numbers.push_back(check::enter_pool_at(site, PoolKind::region, 0));
  std::set<PoolNumber> const distinct(numbers.begin(), numbers.end());
  CHECK(distinct.size() == count);
  for (const PoolNumber number : numbers)
    REQUIRE(check::pool_entry(number)->site == site);
  for (const PoolNumber number : numbers)
    check::leave_pool(number);
}

TEST_CASE("ten threads make and end pools of each other") {
  constexpr unsigned threads = 10;
  constexpr unsigned rounds = 2'000;
  const check::StackId site = new_site();
  const std::size_t before = living();
  std::vector<std::vector<PoolNumber>> made(threads);
  std::vector<std::thread> running;
  for (unsigned t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      for (unsigned i = 0; i < rounds; ++i) {
        made[t].push_back(check::enter_pool_at(site, PoolKind::region, 0));
        check::leave_pool(check::enter_pool_at(site, PoolKind::region, 0));
      }
    });
  for (std::thread& one : running)
    one.join();
  running.clear();
  CHECK(living() == before + threads * rounds);
  for (unsigned t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      for (const PoolNumber number : made[(t + 1) % threads])
        check::leave_pool(number);
    });
  for (std::thread& one : running)
    one.join();
  CHECK(living() == before);
  const check::Site& all =
      *check::site_at(check::site_place(site, PoolKind::region, 0));
  CHECK(all.born == 2 * threads * rounds);
  CHECK(all.ended == all.born);
}

TEST_CASE("a child of fork makes pools while the parent's threads did") {
  std::atomic<bool> is_done{false};
  const check::StackId site = new_site();
  std::thread other([&] {
    while (!is_done)
      check::leave_pool(check::enter_pool_at(site, PoolKind::region, 0));
  });
  for (unsigned i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      for (unsigned k = 0; k < 100; ++k)
        check::leave_pool(check::enter_pool_at(site, PoolKind::region, 0));
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  is_done = true;
  other.join();
}

TEST_CASE("where stacks are not to be had a site is a kind and a name") {
  const std::uint32_t one = port::register_pool(PoolKind::region, "one");
  const std::uint32_t same = port::register_pool(PoolKind::region, "one");
  const std::uint32_t other = port::register_pool(PoolKind::region, "other");
  using check::site_place;
  CHECK(site_place(0, PoolKind::region, one) ==
        site_place(0, PoolKind::region, same));
  CHECK(site_place(0, PoolKind::region, one) !=
        site_place(0, PoolKind::region, other));
  CHECK(site_place(0, PoolKind::region, one) !=
        site_place(0, PoolKind::object_pool, one));
  for (const std::uint32_t id : {one, same, other})
    port::unregister_pool(id);
}

TEST_CASE("a pool that only grows is named with its bytes and age") {
  const std::uint32_t id = port::register_pool(PoolKind::region, "grows");
  const check::StackId site = new_site();
  const PoolNumber grows = check::enter_pool_at(site, PoolKind::region, id);
  const check::StackId calm_site = new_site();
  const PoolNumber calm = check::enter_pool_at(calm_site, PoolKind::region, 0);
  std::size_t bytes = std::size_t{1} << 20;
  for (unsigned i = 0; i < 20; ++i) {
    check::pool_holds(grows, bytes += bytes / 4);
    check::pool_holds(calm, std::size_t{1} << (20 + i % 3));
    static_cast<void>(suspects());
    test::now += 10'000;
  }
  const std::vector<check::Suspect> all = suspects();
  CHECK(suspect_of(all, calm_site) == nullptr);
  const check::Suspect* const found = suspect_of(all, site);
  REQUIRE(found != nullptr);
  CHECK(found->site == 0);
  CHECK(found->pool == grows);
  CHECK(found->bytes == bytes);
  CHECK(found->oldest_ms == 200'000);
  CHECK(std::string(port::pool_name(found->id)) == "grows");
  check::leave_pool(grows);
  check::leave_pool(calm);
  CHECK(suspect_of(suspects(), site) == nullptr);
  port::unregister_pool(id);
}

namespace {

constexpr double hour = 3600;
constexpr double period = 2 * hour;
constexpr double between_asks = 10;

// One site over two hours of a clock that the test moves: `rate` pools are made
// a second, as that moment has it, and live some five seconds, sometimes ten.
class Run {
 public:
  explicit Run(unsigned seed) : random_(seed) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    for (; !ends_.empty(); ends_.pop())
      check::leave_pool(ends_.top().second);
    for (const PoolNumber number : kept_)
      check::leave_pool(number);
  }

  /// Seconds until the site was suspect, 0: it never was. Leaked pools, one
  /// each `leak_every` seconds from the tenth minute on, come of the same site.
  double suspect_after(const std::function<double(double)>& rate,
                       double leak_every = 0) {
    double next_leak = leak_every == 0 ? 2 * period : leak_begins;
    double next_ask = 0;
    const long begin = test::now;
    for (double at = 0; at < period; at += step) {
      test::now = begin + static_cast<long>(at * 1000);
      end_until(at);
      const int born = std::poisson_distribution<int>(rate(at) * step)(random_);
      for (int i = 0; i < born; ++i)
        ends_.emplace(at + life_(random_), make());
      for (; next_leak <= at; next_leak += leak_every)
        kept_.push_back(make());
      if (at < next_ask)
        continue;
      next_ask += between_asks;
      if (suspect_of(suspects(), site_) != nullptr)
        return leak_every == 0 ? at + 1 : at - leak_begins;
    }
    return 0;
  }

  void keep(unsigned count) {
    for (unsigned i = 0; i < count; ++i)
      kept_.push_back(make());
  }

 private:
  static constexpr double step = 1;
  static constexpr double leak_begins = 600;
  using End = std::pair<double, PoolNumber>;

  PoolNumber make() { return check::enter_pool_at(site_, PoolKind::region, 0); }
  void end_until(double at) {
    for (; !ends_.empty() && ends_.top().first <= at; ends_.pop())
      check::leave_pool(ends_.top().second);
  }

  std::mt19937 random_;
  std::uniform_real_distribution<> life_{0.1, 10};
  check::StackId site_ = new_site();
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
  std::vector<PoolNumber> kept_;
};

constexpr unsigned runs = 20;

double steady(double) {
  return 5;
}
double cyclic(double at) {
  return 5 + 4 * __builtin_sin(at / 1200 * 6.2832);
}
double growing(double at) {
  return 2 + at / 720;
}

unsigned false_alarms(double (*rate)(double)) {
  unsigned count = 0;
  for (unsigned seed = 0; seed < runs; ++seed)
    count += Run(seed).suspect_after(rate) != 0;
  return count;
}

unsigned found_within(double seconds, double leak_every) {
  unsigned count = 0;
  double slowest = 0;
  for (unsigned seed = 0; seed < runs; ++seed) {
    const double after = Run(seed).suspect_after(steady, leak_every);
    count += after > 0 && after <= seconds;
    slowest = after > slowest ? after : slowest;
  }
  MESSAGE("a leak each " << leak_every << " s: slowest found in " << slowest
                         << " s");
  return count;
}

}  // namespace

TEST_CASE("steady, cyclic and growing sites are never suspect") {
  CHECK(false_alarms(steady) == 0);
  CHECK(false_alarms(cyclic) == 0);
  CHECK(false_alarms(growing) == 0);
}

TEST_CASE("a cache that fills and stays is not suspect before its pools end") {
  Run cache(1);
  cache.keep(500);
  CHECK(cache.suspect_after([](double) { return 0.0; }) == 0);
}

TEST_CASE("leaked pools are suspect soon after") {
  CHECK(found_within(2 * 60, 1) == runs);
  CHECK(found_within(5 * 60, 10) == runs);
  CHECK(found_within(20 * 60, 100) == runs);
}
