#include "check/suspects.hpp"

#include "base/build.hpp"
#include "check/pools.hpp"
#include "port/world.hpp"
#include "support/new_site.hpp"
#include "support/own_clock.hpp"
#include "support/rates.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tarn;
using check::PoolNumber;
using tarn::test::new_site;

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

}  // namespace

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

// How long pools of a site live, in seconds.
using Lives = std::function<double(std::mt19937&)>;

double uniform(std::mt19937& random) {
  return std::uniform_real_distribution<>{0.1, 10}(random);
}
double exponential(std::mt19937& random) {
  return std::exponential_distribution<>{1 / 5.0}(random);
}
// A quarter as many live twice as long.
double pareto(std::mt19937& random) {
  const double u = std::uniform_real_distribution<>{}(random);
  return 0.5 / __builtin_pow(1 - u, 1 / 2.0);
}
double lognormal(std::mt19937& random) {
  return std::lognormal_distribution<>{0.5, 1.2}(random);
}
// One in ten stays a minute or so.
double of_two_kinds(std::mt19937& random) {
  const bool stays = std::uniform_int_distribution<>{0, 9}(random) == 0;
  return std::exponential_distribution<>{1 / (stays ? 60.0 : 2.0)}(random);
}

struct Kind {
  const char* name;
  double (*life)(std::mt19937&);
};
constexpr Kind kinds[] = {{"uniform", uniform},
                          {"exponential", exponential},
                          {"Pareto", pareto},
                          {"lognormal", lognormal},
                          {"of two kinds", of_two_kinds}};

// One site over two hours of a clock that the test moves: `rate` pools are made
// a second, as that moment has it.
class Run {
 public:
  Run(unsigned seed, Lives lives) : random_(seed), lives_(std::move(lives)) {}
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
        ends_.emplace(at + lives_(random_), make());
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

  [[nodiscard]] check::StackId site() const { return site_; }
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
  Lives lives_;
  check::StackId site_ = new_site();
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
  std::vector<PoolNumber> kept_;
};

using test::cyclic;
using test::growing;
using test::runs;
using test::steady;

unsigned false_alarms(double (*rate)(double), const Kind& kind,
                      unsigned times = runs) {
  unsigned count = 0;
  for (unsigned seed = 0; seed < times; ++seed)
    count += Run(seed, kind.life).suspect_after(rate) != 0;
  return count;
}

unsigned found_within(double seconds, double leak_every, const Kind& kind) {
  unsigned count = 0;
  double slowest = 0;
  for (unsigned seed = 0; seed < runs; ++seed) {
    const double after = Run(seed, kind.life).suspect_after(steady, leak_every);
    count += after > 0 && after <= seconds;
    slowest = after == 0 || after > slowest ? after : slowest;
  }
  MESSAGE(std::string(kind.name) << " lives, a leak each " << leak_every
                                 << " s: slowest found in " << slowest << " s");
  return count;
}

}  // namespace

TEST_CASE("steady, cyclic and growing sites are never suspect") {
  CHECK(false_alarms(steady, kinds[0]) == 0);
  CHECK(false_alarms(cyclic, kinds[0]) == 0);
  CHECK(false_alarms(growing, kinds[0]) == 0);
}

TEST_CASE("nor are those whose pools live as long as chance will have it") {
  constexpr unsigned few = base::is_instrumented ? 1 : 5;
  for (const Kind& kind : kinds) {
    INFO(kind.name);
    CHECK(false_alarms(cyclic, kind, few) == 0);
  }
}

TEST_CASE("a cache that fills and stays is not suspect") {
  for (const double rate : {0.0, 5.0}) {
    Run cache(1, uniform);
    cache.keep(500);
    CHECK(cache.suspect_after([rate](double) { return rate; }) == 0);
  }
}

TEST_CASE("pools that all stand still for minutes are not suspect") {
  // From the tenth minute on those that are made end when the stop does.
  double now = 0;
  const Lives held_up = [&now](std::mt19937& random) {
    const double life = uniform(random);
    return now + life > 600 && now < 900 ? 900 - now : life;
  };
  Run stopped(1, held_up);
  CHECK(stopped.suspect_after([&now](double at) {
    now = at;
    return 5.0;
  }) == 0);
}

TEST_CASE("a site that few stay at for an hour is seldom suspect") {
  constexpr unsigned some = 10;
  unsigned count = 0;
  for (unsigned seed = 0; seed < some; ++seed) {
    const Lives seldom_long = [](std::mt19937& random) {
      const bool stays = std::uniform_int_distribution<>{0, 9}(random) == 0;
      return std::exponential_distribution<>{1 /
                                             (stays ? 3600.0 : 5.0)}(random);
    };
    count += Run(seed, seldom_long).suspect_after(steady) != 0;
  }
  CHECK(count <= 1);
}

TEST_CASE("a leak that stopped stays suspect once it was") {
  Run stopping(1, uniform);
  CHECK(stopping.suspect_after(steady, 1) != 0);
  test::now += 30 * 60'000;
  const std::vector<check::Suspect> all = suspects();
  const check::Suspect* const found = suspect_of(all, stopping.site());
  REQUIRE(found != nullptr);
  CHECK(found->oldest_ms >= 30 * 60'000);
}

TEST_CASE("leaked pools are suspect soon after") {
  for (const Kind& kind : {kinds[0], kinds[1]}) {
    CHECK(found_within(2 * 60, 1, kind) == runs);
    CHECK(found_within(5 * 60, 10, kind) == runs);
    CHECK(found_within(20 * 60, 100, kind) == runs);
  }
}
