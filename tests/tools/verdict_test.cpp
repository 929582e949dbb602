// verdict_test.cpp - what tarn compare says of speeds, and how sure it is.
//
// SPDX-License-Identifier: MIT
#include "compare/verdict.hpp"

#include "common/speed_difference.hpp"
#include "compare/findings.hpp"

#include <doctest/doctest.h>
#include <random>
#include <string>
#include <vector>

using namespace tarn::compare;

namespace {

Contender contender(Code code, Kind kind, double rate, double instructions) {
  Contender one{code, kind, "m", "s", "", "", "", "", instructions, {}};
  for (int round = 0; round < 15; ++round)
    one.figures["requests_per_second"].add(rate * (1 + 0.002 * round));
  return one;
}

std::vector<Contender> all_with(double region_rate, double region_count) {
  return {contender(Code::ordinary, Kind::malloc, 100, 1150),
          contender(Code::ordinary, Kind::floor, 110, 1000),
          contender(Code::pool, Kind::malloc, 90, 1300),
          contender(Code::pool, Kind::malloc, 100, 1200),
          contender(Code::pool, Kind::tarn, region_rate, region_count),
          contender(Code::pool, Kind::floor, 120, 1100)};
}

}  // namespace

TEST_CASE("the gap lies between the best malloc and the floor of one code") {
  const Findings findings = find(all_with(110, 1120));
  REQUIRE(findings.gap);
  CHECK(findings.gap->best_malloc == 1200);
  CHECK(findings.gap->floor == 1100);
  CHECK(findings.gap->closed() == doctest::Approx(0.8));
}

TEST_CASE("the verdict says more, fewer, or that there is no telling") {
  const auto says = [](double rate, const char* words) {
    return find(all_with(rate, 1120)).verdict.find(words) != std::string::npos;
  };
  CHECK(says(110, "has 10 % more requests"));
  CHECK(says(90, "has 10 % fewer requests"));
  CHECK(says(100, "no difference in speed"));
  CHECK_FALSE(says(110, "fewer"));
  CHECK_FALSE(says(110, "perhaps"));
}

TEST_CASE("too few rounds are not sure, and say so") {
  std::vector<Contender> all = all_with(110, 1120);
  for (Contender& one : all) {
    Samples few;
    for (int round = 0; round < 6; ++round)
      few.add(one.figures["requests_per_second"].values()[0] + round * 0.01);
    one.figures["requests_per_second"] = few;
  }
  CHECK(find(all).verdict.find("perhaps 10 % more") != std::string::npos);
}

TEST_CASE("rounds that only the rivals had decide, where there are such") {
  std::vector<Contender> all = all_with(110, 1120);
  const std::vector<std::size_t> rivals = rivals_of(all);
  // The malloc of 90 is too far behind to be the fastest.
  REQUIRE(rivals == std::vector<std::size_t>{0, 3, 4});
  for (int round = 0; round < 40; ++round)
    for (const std::size_t i : rivals)
      all[i].figures[duel_rate].add((i == 4 ? 95 : 100) + round * 0.01);
  CHECK(find(all).verdict.find("has 5 % fewer requests") != std::string::npos);
  CHECK(rivals_of({}).empty());
}

TEST_CASE("one malloc under two names is never faster than itself") {
  std::mt19937 random{11};
  std::lognormal_distribution<double> noise(0, 0.1);
  int told = 0;
  for (int run = 0; run < 300; ++run) {
    std::vector<Contender> all{contender(Code::ordinary, Kind::malloc, 0, 1),
                               contender(Code::ordinary, Kind::malloc, 0, 1)};
    all[0].memory = "one";
    all[1].memory = "again";
    for (Contender& one : all) {
      Samples samples;
      for (int round = 0; round < 15; ++round)
        samples.add(100 * noise(random));
      one.figures["requests_per_second"] = samples;
    }
    told += find(all).ranking.find("no difference") == std::string::npos;
  }
  CHECK(told == 0);
}

TEST_CASE("a slower malloc is told in most runs, whatever the noise") {
  std::mt19937 random{12};
  std::lognormal_distribution<double> noise(0, 0.03);
  int told = 0;
  for (int run = 0; run < 100; ++run) {
    std::vector<Contender> all{contender(Code::ordinary, Kind::malloc, 0, 1),
                               contender(Code::ordinary, Kind::malloc, 0, 1)};
    all[0].memory = "slow";
    all[1].memory = "quick";
    for (Contender& one : all) {
      Samples samples;
      for (int round = 0; round < 15; ++round)
        samples.add((one.memory == "slow" ? 90 : 100) * noise(random));
      one.figures["requests_per_second"] = samples;
    }
    told += find(all).ranking.find("fewer with slow") != std::string::npos;
  }
  CHECK(told >= 90);
}

namespace {

// Speeds on a machine whose neighbours take three rounds of five, by up to a
// fifth, for rounds on end.
std::vector<double> disturbed(double speed, std::mt19937& random,
                              const std::vector<double>& weather) {
  std::vector<double> rounds;
  std::uniform_real_distribution<double> part(0, 1);
  for (const double share : weather)
    rounds.push_back(speed * (0.995 + 0.01 * part(random)) *
                     (part(random) < share ? 1 - part(random) / 5 : 1));
  return rounds;
}

std::vector<double> weather_of(std::size_t rounds) {
  std::vector<double> shares;
  for (std::size_t i = 0; i < rounds; ++i)
    shares.push_back(i * 4 / rounds % 2 == 0 ? 0.8 : 0.4);
  return shares;
}

}  // namespace

TEST_CASE("a disturbed machine hides no speed, and makes none up") {
  std::mt19937 random{21};
  const std::vector<double> weather = weather_of(40);
  int found = 0;
  int made_up = 0;
  for (int run = 0; run < 200; ++run) {
    const auto base = disturbed(100, random, weather);
    const auto quicker = disturbed(108, random, weather);
    const auto again = disturbed(100, random, weather);
    const Difference differs = difference_in_speed(base, quicker);
    found += finding(differs, 2) == Finding::sure && differs.ratio > 1;
    made_up += difference_in_speed(base, again).chance <= 0.001;
  }
  CHECK(found >= 190);
  CHECK(made_up <= 2);
}

TEST_CASE("the chance of a difference in speed is as rare as it says") {
  std::mt19937 random{22};
  const std::vector<double> weather = weather_of(20);
  constexpr int runs = 1000;
  int below_tenth = 0;
  int outside = 0;
  for (int run = 0; run < runs; ++run) {
    const Difference same = difference_in_speed(
        disturbed(100, random, weather), disturbed(100, random, weather));
    below_tenth += same.chance <= 0.1;
    outside += same.lowest > 1 || same.highest < 1;
  }
  CHECK(below_tenth <= runs * 0.13);
  CHECK(below_tenth >= runs * 0.07);
  CHECK(outside <= runs * 0.08);
}

TEST_CASE("a contender that failed is nobody's best") {
  std::vector<Contender> all = all_with(110, 1120);
  all[3].failure = "crashed";
  CHECK(find(all).gap->best_malloc == 1300);
}
