#include "check/lives.hpp"

#include "base/build.hpp"

#include <algorithm>
#include <cstdint>
#include <doctest/doctest.h>
#include <random>
#include <vector>

namespace {

using namespace tarn;

constexpr std::uint32_t second = 1000;
constexpr std::uint32_t minute = 60 * second;

// A site of a program with a garbage collector: of what it makes one in five is
// still held when the young ones are collected, each few seconds, and ends with
// the collection of all, however soon nobody needs it.
struct Collected {
  explicit Collected(unsigned seed) : random(seed) { lives.first = now; }

  void pass_second() {
    for (int i = std::poisson_distribution<int>(5)(random); i > 0; --i)
      if (std::bernoulli_distribution(0.2)(random))
        held.push_back(now);
      else
        young.push_back(now);
    now += second;
    if (now / second % 5 == 0)
      end_all(young);
  }

  void end_all(std::vector<std::uint32_t>& births) {
    std::shuffle(births.begin(), births.end(), random);
    for (const std::uint32_t born : births)
      lives.count_end(born, now);
    births.clear();
  }

  [[nodiscard]] check::OldOnes old_ones() const {
    check::OldOnes old{};
    const auto each = [&](auto visit) {
      for (const auto* births : {&held, &young, &leaked})
        for (const std::uint32_t born : *births)
          if (lives.is_old(born, now))
            visit(now - born);
    };
    each([&](std::uint32_t age) { old.add(lives, age, 1); });
    each([&](std::uint32_t age) { old.count_recent(lives, age); });
    return old;
  }

  /// Whether a look each ten seconds finds it suspect before the next
  /// collection of all, after that time.
  bool is_suspect_until(std::uint32_t collection) {
    bool was = false;
    for (; now < collection; pass_second())
      if (now / second % 10 == 0)
        was |= old_ones().are_suspect(lives, false);
    end_all(held);
    return was;
  }

  std::mt19937 random;
  std::uint32_t now = minute;
  check::Lives lives{};
  std::vector<std::uint32_t> held{}, young{}, leaked{};
};

constexpr unsigned runs = base::is_instrumented ? 5 : 20;

}  // namespace

TEST_CASE("what a collector ends at once is not suspect after its first time") {
  for (unsigned seed = 0; seed < runs; ++seed) {
    Collected site(seed);
    site.is_suspect_until(5 * minute);
    // A heap that grows has fewer of them, each twice as late.
    for (const std::uint32_t at : {15U, 35U, 75U, 155U, 315U})
      CHECK_FALSE(site.is_suspect_until(at * minute));
  }
}

TEST_CASE(
    "a leak beside a collector is suspect once it is several times that") {
  for (unsigned seed = 0; seed < runs; ++seed) {
    Collected site(seed);
    for (const std::uint32_t at : {5U, 10U, 15U, 20U})
      site.is_suspect_until(at * minute);
    bool was = false;
    const std::uint32_t begin = site.now;
    while (!was && site.now < begin + 120 * minute) {
      site.leaked.push_back(site.now);
      site.pass_second();
      if (site.now / second % 300 == 0)
        site.end_all(site.held);
      if (site.now / second % 10 == 0)
        was = site.old_ones().are_suspect(site.lives, false);
    }
    CHECK(was);
    CHECK(site.now - begin <= 40 * minute);
  }
}

TEST_CASE("lives that end one by one are no batch") {
  std::mt19937 random(1);
  std::exponential_distribution<> life(1.0 / (30 * second));
  check::Lives lives{};
  for (std::uint32_t now = 3600 * second; now < 7200 * second; now += 200)
    lives.count_end(now - static_cast<std::uint32_t>(life(random)), now);
  CHECK(lives.longest.load() > check::least_age_ms);
  CHECK(lives.largest_batch.load() <= 2);
}
