// parts_test.cpp - the parts of tarn compare that figures depend on.
//
// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "common/plot.hpp"
#include "common/table.hpp"
#include "common/words.hpp"
#include "compare/contender.hpp"
#include "compare/objects.hpp"
#include "compare/plan.hpp"
#include "compare/plots.hpp"
#include "compare/problems.hpp"
#include "server/checksum.hpp"
#include "server/decode.hpp"
#include "server/handshake.hpp"
#include "worker/histogram.hpp"
#include "worker/sizes.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tarn::compare;
using namespace tarn::server;

TEST_CASE("a quantile is within 1.6 percent of the exact one, at any size") {
  std::mt19937_64 random{7};
  for (const int bits : {6, 8, 16, 33, 62}) {
    Histogram histogram;
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 20'000; ++i)
      values.push_back(random() >> (64 - bits));
    for (const std::uint64_t value : values)
      histogram.add(value);
    std::sort(values.begin(), values.end());
    for (const double quantile : {0.0, 0.5, 0.9, 0.99, 0.999}) {
      const auto exact = static_cast<double>(values[static_cast<std::size_t>(
          quantile * static_cast<double>(values.size()))]);
      CHECK(std::abs(histogram.at(quantile) - exact) <= exact * 0.016);
    }
    CHECK(histogram.most() == values.back());
    CHECK(histogram.count() == values.size());
  }
}

TEST_CASE("the largest value of all has its bucket") {
  Histogram histogram;
  histogram.add(~std::uint64_t{0});
  CHECK(histogram.at(0.5) > 1.8e19);
}

TEST_CASE("no quantile is above the largest value") {
  Histogram histogram;
  histogram.add(8'000'000);
  CHECK(histogram.at(0.999) == 8e6);
}

TEST_CASE("a checksum does not depend on how the bytes are cut") {
  std::string bytes;
  for (int i = 0; i < 300; ++i)
    bytes += static_cast<char>(i * 7);
  Checksum whole;
  whole.add(bytes);
  std::mt19937 random{3};
  for (int round = 0; round < 200; ++round) {
    Checksum cut;
    for (std::string_view left = bytes; !left.empty();) {
      const std::size_t size =
          std::min<std::size_t>(random() % 23, left.size());
      cut.add(left.substr(0, size));
      left.remove_prefix(size);
    }
    CHECK(cut.value() == whole.value());
    CHECK(cut.size() == bytes.size());
  }
}

TEST_CASE("a checksum changes with each byte and with the length") {
  const std::string bytes(67, 'x');
  Checksum whole;
  whole.add(bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string other = bytes;
    other[i] = 'y';
    Checksum changed;
    changed.add(other);
    CHECK(changed.value() != whole.value());
  }
  Checksum longer;
  longer.add(bytes + std::string(1, '\0'));
  CHECK(longer.value() != whole.value());
}

TEST_CASE("the handshake is the one of RFC 6455") {
  const Handshake answer = accept_key("dGhlIHNhbXBsZSBub25jZQ==");
  CHECK(std::string(answer.data(), answer.size()) ==
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("an HTTP date is read to the second, and nothing else is a date") {
  CHECK(http_date("Sat, 16 Sep 2023 10:00:00 GMT") == 1694858400);
  CHECK(http_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
  CHECK(http_date("Sun, 06 Xxx 1994 08:49:37 GMT") == 0);
  CHECK(http_date("yesterday") == 0);
}

TEST_CASE("escapes are undone, and broken ones refused") {
  std::string text;
  CHECK(append_decoded(text, "a%20b+c", Plus::is_space));
  CHECK(text == "a b c");
  for (const char* broken : {"%", "%2", "%zz", "ok%4"}) {
    std::string rest;
    CHECK_FALSE(append_decoded(rest, broken, Plus::is_plus));
  }
}

TEST_CASE("a list of tags names a tag, weak ones and the star included") {
  CHECK(names_tag("\"a\", W/\"b\"", "b"));
  CHECK(names_tag("*", "anything"));
  CHECK_FALSE(names_tag("\"ab\"", "a"));
  CHECK_FALSE(names_tag("", "a"));
}

TEST_CASE("median and spread are those of all rounds") {
  Samples samples;
  for (const double value : {4.0, 1.0, 3.0, 2.0})
    samples.add(value);
  CHECK(samples.median() == 2.5);
  CHECK(samples.spread() == doctest::Approx(0.6));
}

TEST_CASE("figures keep three digits and part their thousands") {
  CHECK(figure(0.456) == "0.46");
  CHECK(figure(12.34) == "12.3");
  CHECK(figure(123.4) == "123");
  CHECK(figure(1234567) == "1 234 567");
  CHECK(whole(0) == "0");
}

namespace {

Contender with_figures(
    const std::vector<std::pair<std::string, double>>& figures) {
  Contender one{Code::ordinary, Kind::malloc, "m", "s", "", "", "", "", 0, {}};
  for (const auto& [name, value] : figures)
    one.figures[name].add(value);
  return one;
}

}  // namespace

TEST_CASE("resident bytes are parted into live, internal and external ones") {
  const Contender one = with_figures({{"apart_01_live", 1},
                                      {"apart_01_given", 9},
                                      {"apart_01_rest", 99},
                                      {"apart_02_live", 100},
                                      {"apart_02_given", 110},
                                      {"apart_02_rest", 200},
                                      {"apart_03_live", 50},
                                      {"apart_03_given", 60},
                                      {"apart_03_rest", 200},
                                      {"apart_drained_live", 2},
                                      {"apart_drained_rest", 100}});
  const auto churn = churn_of(one, "apart");
  REQUIRE(churn);
  CHECK(churn->mean == doctest::Approx(3));
  CHECK(churn->worst == doctest::Approx(4));
  CHECK(churn->internal == doctest::Approx(0.15));
  CHECK(1 + churn->internal + churn->external == doctest::Approx(churn->mean));
  CHECK(churn->drained_resident == 100);
  CHECK_FALSE(churn_of(one, "together"));
}

TEST_CASE("a day's change compares hours of the same load, day by day") {
  Contender one = with_figures({});
  for (int day = 0; day < 3; ++day)
    for (int hour = 1; hour <= hours_of_day; ++hour)
      one.figures[numbered("day", hour, "p99")].add(
          (hour <= 3 ? 10.0 : 1000.0) * (hour >= 22 ? 0.02 : 1));
  CHECK(change_over_day(one, "p99") == doctest::Approx(2));
  one.figures["day_01_rss"].add(1);
  CHECK(day_meaning({one}).find("grew by 100 % with m") != std::string::npos);
}

TEST_CASE("one day is too few to say that requests became slower") {
  Contender one = with_figures({});
  for (int hour = 1; hour <= hours_of_day; ++hour)
    one.figures[numbered("day", hour, "p99")].add(hour);
  CHECK(day_meaning({one}).find("grew") == std::string::npos);
}

TEST_CASE("contention is not told of one core, nor of rounds that were void") {
  CHECK(contention_meaning({}, 1).find("one core") != std::string::npos);
  const Contender disturbed = with_figures({{"threads_02_counted", 2},
                                            {"threads_02_of_raw", 0.2},
                                            {"threads_02_of_raw_high", 0.2}});
  CHECK(contention_meaning({disturbed}, 2).find("no telling") !=
        std::string::npos);
  const Contender hindered = with_figures({{"threads_02_counted", 50},
                                           {"threads_02_of_raw", 0.2},
                                           {"threads_02_of_raw_high", 0.3}});
  CHECK(contention_meaning({hindered}, 2).find("m (20 %)") !=
        std::string::npos);
}

TEST_CASE("pairs of threads are told where threads that share nothing scaled") {
  const Contender one =
      with_figures({{"threads_02_counted", 50}, {"pairs_02_counted", 50}});
  const Contender other =
      with_figures({{"threads_02_counted", 3}, {"pairs_02_counted", 50}});
  CHECK(is_counted(one, "pairs", 2));
  CHECK_FALSE(is_counted(other, "pairs", 2));
}

TEST_CASE("whose rounds of contention were void is named, not left out") {
  Contender disturbed = with_figures({{"threads_02_counted", 2}});
  disturbed.memory = "disturbed, and more";
  const Contender free = with_figures({{"threads_02_counted", 50},
                                       {"threads_02_of_raw", 1},
                                       {"threads_02_of_raw_high", 1}});
  CHECK(contention_meaning({free, disturbed}, 2)
            .find("Of disturbed there is no telling") != std::string::npos);
  CHECK(contention_meaning({free}, 2).find("telling") == std::string::npos);
  const std::string plot = scaling_plots({free, disturbed});
  CHECK(plot.find("m: 1") != std::string::npos);
  CHECK(plot.find("disturbed") == std::string::npos);
}

TEST_CASE("a plot escapes names, and has a point for each value") {
  const Axes axes{"a < b", "us", {"p50", "p99"}, Scale::logarithmic};
  const std::string svg =
      line_plot(axes, {{"<script>", {1, 100}}, {"none yet", {0, 5}}});
  CHECK(svg.find("<script>") == std::string::npos);
  CHECK(svg.find("a &lt; b") != std::string::npos);
  std::size_t points = 0;
  for (std::size_t at = svg.find("<circle"); at != std::string::npos;
       at = svg.find("<circle", at + 1))
    ++points;
  CHECK(points == 3);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(line_plot(axes, {}).empty());
  CHECK(bar_plot({"t", "u", {"one"}, Scale::linear}, {{"s", {0}}}).empty());
}

namespace {

std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    width = std::max(width, end - at);
    at = end + 1;
  }
  return width;
}

}  // namespace

TEST_CASE("no line of a table of objects is wider than 100 on a busy machine") {
  Plan plan;
  plan.allocators.push_back({"system malloc", ""});
  std::vector<Contender> all = object_contenders(plan);
  for (Contender& one : all)
    for (const auto& [figure, value] :
         {std::pair{"connections_rate", 12'345'678.0},
          {"connections_p50", 1234.0},
          {"connections_p99", 12'345.0},
          {"connections_p999", 123'456.0},
          {"connections_peak", 12'345'678.0},
          {"trees_rate", 12'345'678.0},
          {"trees_end", 1234.0},
          {"trees_peak", 12'345'678.0}})
      one.figures[figure].add(value);
  const std::string connections = connections_table(all, 16, false);
  CHECK(connections.find("123 456") != std::string::npos);
  CHECK(width_of(connections) <= 100);
  CHECK(width_of(trees_table(all, 16, false)) <= 100);
}

TEST_CASE("text is wrapped before 99 columns and never before a percent sign") {
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += std::to_string(i * 7) + " % of it ";
  const std::string out = wrapped(text, "  ");
  std::size_t begin = 0;
  while (begin < out.size()) {
    const std::size_t end = out.find('\n', begin);
    CHECK(end - begin <= 100);
    CHECK(out.substr(begin, 3) != "  %");
    begin = end + 1;
  }
  CHECK(wrapped("met         a thing\nof 3 %", "  ") ==
        "met         a thing of 3 %\n");
  CHECK(list_of({"a", "b", "c"}) == "a, b and c");
}

TEST_CASE("the simulated sizes are those of their season, every time") {
  Random one{5};
  Random other{5};
  for (int i = 0; i < 10'000; ++i) {
    const auto season = static_cast<Season>(i % seasons);
    const std::uint32_t size = draw_size(one, season);
    CHECK(size == draw_size(other, season));
    CHECK(size >= 16);
    CHECK(size <= 32 * 1024);
    if (season == Season::aligned)
      CHECK(size % 8 == 0);
  }
}

TEST_CASE("no effort has more rounds of serving than were asked for") {
  for (const Effort effort : {Effort::quick, Effort::usual, Effort::full}) {
    Plan plan;
    plan.effort = effort;
    plan.most_rounds = 3;
    set_rounds(plan, 10);
    CHECK(plan.rounds == 3);
    CHECK(plan.duel_rounds == 3);
  }
}
