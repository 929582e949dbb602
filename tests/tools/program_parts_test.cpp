// program_parts_test.cpp - what a verdict about a program rests on.
//
// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "common/refusal.hpp"
#include "common/significance.hpp"
#include "program/load_figures.hpp"
#include "program/process.hpp"
#include "program/tables.hpp"
#include "program/verdict.hpp"
#include "program/way.hpp"

#include <chrono>
#include <cmath>
#include <doctest/doctest.h>
#include <random>
#include <string>
#include <vector>

using namespace tarn::program;
using namespace tarn::compare;

namespace {

/// A machine on which other programs run: a level that drifts, noise on it, and
/// now and then a run that takes much longer.
class Machine {
 public:
  explicit Machine(unsigned seed) : random_(seed) {}

  double run(double seconds) {
    level_ += 0.02 * normal_(random_);
    const double outlier = uniform_(random_) < 0.05 ? 1.5 : 1;
    return seconds * std::exp(level_ + 0.02 * normal_(random_)) * outlier;
  }

  /// Rounds of two candidates in an order drawn anew.
  void rounds(int count, double one, double two, std::vector<double>& first,
              std::vector<double>& second) {
    for (int round = 0; round < count; ++round) {
      const bool turned = uniform_(random_) < 0.5;
      if (turned)
        second.push_back(run(two));
      first.push_back(run(one));
      if (!turned)
        second.push_back(run(two));
    }
  }

 private:
  std::mt19937 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  double level_ = 0;
};

int sure_of(int tries, int rounds, double ratio) {
  int sure = 0;
  for (int i = 0; i < tries; ++i) {
    Machine machine(static_cast<unsigned>(i));
    std::vector<double> first;
    std::vector<double> second;
    machine.rounds(rounds, 1, ratio, first, second);
    sure += finding(difference(first, second), 1) == Finding::sure ? 1 : 0;
  }
  return sure;
}

Candidate candidate(const std::string& name, double seconds, double bytes,
                    int rounds = 20) {
  Candidate one;
  one.name = name;
  one.served_by = "/lib/lib" + name + ".so.2";
  for (int i = 0; i < rounds; ++i) {
    // Both waver by a percent, each in its own way.
    const double waver = 1 + 0.01 * std::sin(i + seconds * 100);
    one.figures[names::wall].add(seconds * waver);
    one.figures[names::processor].add(seconds * waver);
    one.figures[names::peak].add(bytes);
  }
  return one;
}

std::string sentence_for(const std::vector<Candidate>& all) {
  return verdict(all, {"./it",
                       {names::wall, "time", Better::less},
                       {names::processor, "CPU time", Better::less},
                       {names::peak, "memory at its peak", Better::less}});
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

double value_of(const LoadReading& reading, const std::string& name) {
  for (const LoadFigure& figure : reading.figures)
    if (figure.name == name)
      return figure.value;
  return -1;
}

}  // namespace

TEST_CASE("twice the same thing differs once in a thousand times at most") {
  CHECK(sure_of(20, 20, 1) == 0);
  // 3000 tries at 1 in 1000 are 3, and more than 9 by chance once in 1000.
  CHECK(sure_of(3000, 20, 1) <= 9);
}

TEST_CASE(
    "what differs by a tenth is found three times of four in all that noise") {
  CHECK(sure_of(100, 30, 0.9) >= 75);
  CHECK(sure_of(100, 30, 1.12) >= 75);
}

TEST_CASE("the chance is that of Wilcoxon's tables") {
  const auto chance = [](const std::vector<double>& logarithms) {
    std::vector<double> other;
    for (const double one : logarithms)
      other.push_back(std::exp(one));
    return difference(std::vector<double>(other.size(), 1), other).chance;
  };
  CHECK(chance({1, 2, 3, 4, 5}) == doctest::Approx(2.0 / 32));
  // A sum of 3 on the other side, of 8: 2 * 5 of 256.
  CHECK(chance({1, 2, -3, 4, 5, 6, 7, 8}) == doctest::Approx(10.0 / 256));
  CHECK(chance({1, -1, 2, -2}) == doctest::Approx(1));
  // What is equal in both speaks for neither.
  CHECK(chance({0, 0, 1, 2, 3}) == doctest::Approx(2.0 / 8));
  CHECK(chance({0, 0}) == doctest::Approx(1));
}

TEST_CASE("the ratio lies within its bounds, and they hold the true one") {
  int held = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Machine machine(seed);
    std::vector<double> first;
    std::vector<double> second;
    machine.rounds(20, 1, 1.1, first, second);
    const Difference found = difference(first, second);
    CHECK(found.lowest <= found.ratio);
    CHECK(found.ratio <= found.highest);
    held += found.lowest <= 1.1 && 1.1 <= found.highest ? 1 : 0;
  }
  // 95 % of 200 are 190; fewer than 178 by chance once in 10000.
  CHECK(held >= 178);
}

TEST_CASE("so few rounds as cannot be sure are never sure") {
  for (std::size_t differences : {1, 3, 6, 8}) {
    const std::size_t needed = rounds_to_be_sure(differences);
    const auto of = [&](std::size_t rounds) {
      return finding(difference(std::vector<double>(rounds, 2),
                                std::vector<double>(rounds, 1)),
                     differences);
    };
    CHECK(of(needed) == Finding::sure);
    CHECK(of(needed - 1) == Finding::seems);
    CHECK(of(3) == Finding::seems);
    CHECK(of(2) == Finding::none);
    CHECK(of(0) == Finding::none);
  }
}

TEST_CASE("a difference of less than a percent is none") {
  std::vector<double> other(30, 1.009);
  CHECK(finding(difference(std::vector<double>(30, 1), other), 1) ==
        Finding::none);
}

TEST_CASE("a verdict names the best, by how much, and what it costs") {
  const std::string text = sentence_for({candidate("system malloc", 1, 1e6),
                                         candidate("jemalloc", 0.9, 1.2e6),
                                         candidate("tcmalloc", 0.8, 1.1e6)});
  CHECK(has(text, "./it takes 20 % less time with tcmalloc than with system"));
  CHECK(has(text, "20 rounds), and 10 % more memory at its peak"));
  CHECK_FALSE(has(text, "jemalloc"));
}

TEST_CASE("a verdict without a better one names the worse") {
  const std::string text = sentence_for(
      {candidate("system malloc", 1, 1e6), candidate("jemalloc", 1.2, 0.5e6)});
  CHECK(has(text, "20 % more time with jemalloc"));
  CHECK(has(text, "no malloc is better"));
  CHECK(has(text, "with jemalloc it has 50 % less memory"));
}

TEST_CASE("a verdict says that there is no difference, and how sure that is") {
  const std::string text = sentence_for(
      {candidate("system malloc", 1, 1e6), candidate("jemalloc", 1.001, 1e6)});
  CHECK(has(text, "no difference in time that 20 rounds could tell"));
  CHECK(has(text, "% apart at most"));
}

TEST_CASE("CPU time is asked where time does not tell") {
  Candidate base = candidate("system malloc", 1, 1e6);
  Candidate other = candidate("jemalloc", 1, 1e6);
  Samples less;
  for (const double value : base.figures[names::processor].values())
    less.add(value * 0.7);
  other.figures[names::processor] = less;
  const std::string text = sentence_for({base, other});
  CHECK(has(text, "no difference in time"));
  CHECK(has(text, "but ./it takes 30 % less CPU time with jemalloc"));
}

TEST_CASE("few rounds only seem to tell, and say how many would") {
  const std::string text = sentence_for({candidate("system malloc", 1, 1e6, 5),
                                         candidate("jemalloc", 0.5, 1e6, 5)});
  CHECK(has(text, "seems to have 50 % less time with jemalloc"));
  CHECK(has(text, "5 rounds are too few to be sure: --runs 12"));
}

TEST_CASE("who failed is compared with nobody") {
  Candidate failed = candidate("jemalloc", 0.1, 1e6);
  failed.failure = "crashed";
  const std::string text =
      sentence_for({candidate("system malloc", 1, 1e6), failed});
  CHECK(has(text, "nothing to compare it with"));
  CHECK(has(sentence_for({failed}), "no malloc is left"));
}

TEST_CASE("wrk is read") {
  const LoadReading reading = read_load(
      "Running 1s test @ http://127.0.0.1:18080/\n"
      "  1 threads and 8 connections\n"
      "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n"
      "    Latency   826.05us    1.50ms  25.88ms   93.09%\n"
      "    Req/Sec    15.02k     2.37k   19.25k    60.00%\n"
      "  Latency Distribution\n"
      "     50%  440.00us\n     75%  660.00us\n     90%    1.50ms\n"
      "     99%    1.02s \n"
      "  16533 requests in 1.10s, 13.37MB read\n"
      "  Non-2xx or 3xx responses: 16533\n"
      "Requests/sec:  15020.15\nTransfer/sec:     12.15MB\n",
      {});
  CHECK(reading.figures.front().name == "requests/s");
  CHECK(value_of(reading, "requests/s") == 15020.15);
  CHECK(value_of(reading, "mean ms") == doctest::Approx(0.82605));
  CHECK(value_of(reading, "p50 ms") == doctest::Approx(0.44));
  CHECK(value_of(reading, "p99 ms") == 1020);
  CHECK(reading.complaints.size() == 1);
}

TEST_CASE("ab is read") {
  const LoadReading reading = read_load(
      "This is ApacheBench, Version 2.3 <$Revision: 1903618 $>\n"
      "Complete requests:      2000\nFailed requests:        3\n"
      "Requests per second:    1394.20 [#/sec] (mean)\n"
      "Time per request:       2.869 [ms] (mean)\n"
      "Time per request:       0.717 [ms] (mean, across all concurrent)\n"
      "Percentage of the requests served within a certain time (ms)\n"
      "  50%      2\n  66%      3\n  90%      6\n  99%     21\n"
      " 100%     43 (longest request)\n",
      {});
  CHECK(value_of(reading, "requests/s") == 1394.2);
  CHECK(value_of(reading, "mean ms") == 2.869);
  CHECK(value_of(reading, "p99 ms") == 21);
  CHECK(reading.figures.size() == 5);
  CHECK(reading.complaints.size() == 1);
}

TEST_CASE("redis-benchmark is read in all its three forms") {
  const LoadReading quiet = read_load(
      "SET: rps=0.0 (overall: 0.0) avg_msec=nan\r"
      "SET: 17773.00 requests per second, p50=0.903 msec          \n",
      {});
  CHECK(value_of(quiet, "SET requests/s") == 17773);
  CHECK(value_of(quiet, "SET p50 ms") == 0.903);
  const LoadReading csv = read_load(
      "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\","
      "\"p50_latency_ms\",\"p95_latency_ms\",\"p99_latency_ms\","
      "\"max_latency_ms\"\n"
      "\"SET\",\"101010.10\",\"0.3\",\"0.1\",\"0.2\",\"0.4\",\"0.5\",\"0.6\"\n",
      {});
  CHECK(value_of(csv, "SET requests/s") == 101010.10);
  CHECK(value_of(csv, "SET p99 ms") == 0.5);
  const LoadReading blocks = read_load(
      "====== SET ======\n  10000 requests completed in 0.31 seconds\n"
      "Summary:\n  throughput summary: 32160.12 requests per second\n"
      "  latency summary (msec):\n"
      "          avg       min       p50       p95       p99       max\n"
      "        1.101     0.200     0.743     2.903     6.735    11.151\n",
      {});
  CHECK(value_of(blocks, "SET requests/s") == 32160.12);
  CHECK(value_of(blocks, "SET p50 ms") == 0.743);
  CHECK(value_of(blocks, "SET p99 ms") == 6.735);
}

TEST_CASE("any other command is read by an expression, its last match counts") {
  const std::vector<FigurePattern> patterns{FigurePattern("tps = ([0-9.]+)")};
  const LoadReading reading =
      read_load("tps = 10.5 (warm)\nnothing\ntps = 12.5\n", patterns);
  REQUIRE(reading.figures.size() == 1);
  CHECK(reading.figures.front().name == "tps");
  CHECK(reading.figures.front().value == 12.5);
  CHECK(read_load("nothing", patterns).figures.empty());
  CHECK_THROWS_AS(FigurePattern("("), Refusal);
  CHECK_THROWS_AS(FigurePattern("no group"), Refusal);
}

TEST_CASE("of what is said the end is kept, and a checksum of all") {
  Saying whole(100);
  Saying cut(100);
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += static_cast<char>('a' + i % 26);
  whole.add(text);
  for (std::size_t at = 0; at < text.size(); at += 7)
    cut.add(text.substr(at, 7));
  CHECK(whole.checksum() == cut.checksum());
  CHECK(text.ends_with(whole.text()));
  CHECK(text.ends_with(cut.text()));
  CHECK(cut.text().size() >= 100);
  CHECK(cut.text().size() <= 200);
}

TEST_CASE("whoever waits for a program sleeps, and does not ask all the time") {
  using Clock = std::chrono::steady_clock;
  Process process(
      {TARN_TEST_LAUNCHER, "/bin/sleep", {"sleep", "0.5"}, "", "", ""});
  constexpr int each = 1;
  const Clock::time_point began = Clock::now();
  long waits = 0;
  while (!process.wait(each))
    ++waits;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      Clock::now() - began);
  // What the launcher says ends one early.
  CHECK(waits <= took.count() / each + 2);
  CHECK(process.ending().is_exit(0));
}

TEST_CASE("last words are few, and no terminal obeys them") {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "line " + std::to_string(i) + "\n\n";
  const std::string words = last_words(text + "\033[31mred");
  CHECK(has(words, "line 19"));
  CHECK_FALSE(has(words, "line 15"));
  CHECK_FALSE(has(words, "\033"));
}

TEST_CASE("no line of a table is wider than 100, whatever the load says") {
  std::vector<Candidate> all{candidate("system malloc", 1, 1e6),
                             candidate("tcmalloc_minimal", 1, 1e6)};
  std::vector<LoadFigure> load;
  for (const char* name : {"LPUSH requests/s", "LPUSH p50 ms", "SET requests/s",
                           "SET p50 ms", "SET p99 ms"}) {
    load.push_back({name, Better::more, 0});
    for (Candidate& one : all)
      for (int i = 0; i < 20; ++i)
        one.figures[name].add(1234567 + i);
  }
  std::size_t width = 0;
  const std::string text = load_table(all, load, false);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    width = std::max(width, end - at);
    at = end + 1;
  }
  CHECK(width <= 100);
  for (const LoadFigure& figure : load)
    CHECK(has(text, figure.name.substr(0, figure.name.rfind(' '))));
}
