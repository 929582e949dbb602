// What stats.hpp promises of judgements and of the three forms. Snapshots here
// are made by hand, so that every figure is known.
#include "tarn/heap.hpp"
#include "tarn/region.hpp"
#include "tarn/stats.hpp"

#include "heap/size_class.hpp"
#include "support/json_reader.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace tarn;
using tarn::test::JsonReader;

constexpr std::uint64_t second = 1'000'000'000;

std::unique_ptr<Snapshot> made_up(std::uint64_t seconds = 0) {
  auto at = std::make_unique<Snapshot>();
  at->taken = seconds * second;
  for (unsigned i = 0; i < HeapStats::classes; ++i)
    at->heap.of[i].block = heap::size_of(i + 1);
  return at;
}

ClassStats& of_size(Snapshot& at, std::size_t size) {
  return at.heap.of[heap::class_of(size) - 1];
}

void add_pool(Snapshot& at, PoolKind kind, const char* name, std::size_t held) {
  PoolStats& pool = at.pools[at.pool_count++];
  pool.kind = kind;
  std::strcpy(pool.name, name);
  pool.held = held;
  pool.pieces = 1;
}

std::string sentence(const Snapshot& before, const Snapshot& now) {
  char text[512];
  write_judgement(before, now, text, sizeof text);
  return text;
}

void append(void* context, const char* text, std::size_t size) {
  static_cast<std::string*>(context)->append(text, size);
}

std::string written(const Snapshot& now, const Snapshot* before,
                    StatsForm form) {
  std::string text;
  write_stats(now, before, form, append, &text);
  return text;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("growth of what is in use is a leak, of the class that grew most") {
  const auto before = made_up();
  const auto now = made_up(60);
  of_size(*now, 64).live = 100'000;
  of_size(*now, 64).held = 8 * MiB;
  of_size(*now, 128).live = 1000;
  const Judgement found = judge(*before, *now);
  CHECK(found.trend == Trend::leak);
  CHECK(found.live == 6'528'000);
  CHECK(now->heap.of[found.place].block == 64);
  CHECK(found.of_it == 6'400'000);
  CHECK_FALSE(found.is_large);
  CHECK(found.pool == nullptr);
  CHECK(sentence(*before, *now) ==
        "In 60 s what is in use grew by 6.2 MiB to 6.2 MiB, 6.1 MiB of it in "
        "64-byte blocks: a leak, if the work was the same.");
}

TEST_CASE("a leak may be of large blocks, or of another pool") {
  const auto before = made_up();
  const auto now = made_up(5);
  now->heap.large_held = 5 * MiB;
  CHECK(judge(*before, *now).is_large);
  CHECK(has(sentence(*before, *now),
            "5.0 MiB of it in large blocks of the "
            "heap: a leak"));
  add_pool(*now, PoolKind::region, "job", 7 * MiB);
  CHECK(judge(*before, *now).pool == &now->pools[0]);
  CHECK(has(sentence(*before, *now),
            "12.0 MiB, 7.0 MiB of it in region "
            "\"job\": a leak"));
  add_pool(*before, PoolKind::region, "job", 7 * MiB);
  CHECK(judge(*before, *now).pool == nullptr);
  add_pool(*now, PoolKind::region, "", 9 * MiB);
  CHECK(has(sentence(*before, *now), "in pools without a name (region)"));
}

TEST_CASE("sampling tells its rate, its price and its odds in each form") {
  const auto now = made_up();
  CHECK_FALSE(has(written(*now, nullptr, StatsForm::text), "sampled"));
  CHECK_FALSE(has(written(*now, nullptr, StatsForm::openmetrics), "_sampl"));
  now->sampling = {
      50'300, 7,   50'000'000,           second / 2, 100 * second, 5'000,
      12,     300, {50'000, 50'000'000}, {},         {100, 1'000}};
  CHECK(now->sampling.samples_a_second() == 503'00);
  CHECK(now->sampling.share() == 5'000);
  CHECK(
      has(written(*now, nullptr, StatsForm::text),
          "\nsampled 503.00 blocks, objects and regions a second, 50300 so "
          "far: 300 objects, the others of 50000000; 0.5000 % of the time, "
          "budget 0.5000 %\n"
          "        guarded now: 12; drawn without room: 7\n"
          "        a bug of blocks up to 32 KiB hit so often an hour is found "
          "within it with odds of: 10 times 0.9955 %, 100 times 9.5208 %, "
          "1000 times 63.2305 %, "
          "10000 times 99.9955 %, 100000 times 100.0000 %\n"
          "        a bug of regions hit so often an hour is found within it "
          "with odds of: 10 times 65.1322 %"));
  CHECK(has(written(*now, nullptr, StatsForm::json),
            "\"sampling\":{\"samples\":50300,\"declined\":7,\"came\":50000000,"
            "\"spent_ns\":500000000,\"elapsed_ns\":100000000000,"
            "\"budget_millionths\":5000,\"guarded\":12,\"objects\":300,"
            "\"blocks\":{\"samples\":50000,\"came\":50000000,"
            "\"odds\":[{\"hits\":10,\"millionths\":9955},"));
  const std::string metrics = written(*now, nullptr, StatsForm::openmetrics);
  CHECK(has(metrics, "\ntarn_samples_total 50300\n"));
  CHECK(has(metrics, "\ntarn_samples_of_objects_total 300\n"));
  CHECK(has(metrics, "\ntarn_sampler_seconds_total 0.500000000\n"));
  CHECK(has(metrics,
            "\ntarn_sampling_odds{of=\"blocks\",hits=\"1000\"} 0.632305\n"));
}

TEST_CASE("growth of what is free beside it is fragmentation") {
  const auto before = made_up();
  const auto now = made_up(3600);
  ClassStats& one = of_size(*now, 64);
  one.in_slabs = 500'000;
  one.parked = 24'288;
  one.live = 2000;
  one.held = 32 * MiB;
  one.pinned = 31 * MiB;
  one.pins = 2100;
  one.pinned_by_age[1] = 1 * MiB;
  one.pinned_by_age[2] = 30 * MiB;
  one.oldest = 3500;
  const Judgement found = judge(*before, *now);
  CHECK(found.trend == Trend::fragmentation);
  CHECK(found.free == 524'288 * 64);
  CHECK(sentence(*before, *now) ==
        "In 3600 s what is free in the heap grew by 32.0 MiB to 32.0 MiB, "
        "while what is in use grew by 125 KiB: fragmentation, 32.0 MiB of it "
        "in 64-byte blocks, where 2100 blocks in use pin 31.0 MiB, most of it "
        "in slabs made under an hour ago, the oldest 3500 s ago.");
}

TEST_CASE("less than a MiB, a sixteenth, or what bins may hold is nothing") {
  const auto before = made_up();
  const auto now = made_up(1);
  of_size(*now, 1024).live = 1024;
  CHECK(judge(*before, *now).trend == Trend::steady);
  CHECK(sentence(*before, *now) ==
        "In 1 s nothing grew by much: 1.0 MiB are in use, 0 B are free in the "
        "heap.");
  of_size(*now, 1024).live = 1025;
  CHECK(judge(*before, *now).trend == Trend::leak);
  of_size(*now, 1024).in_bins_most = 1;
  CHECK(judge(*before, *now).trend == Trend::steady);
  of_size(*before, 1024).live = 160'000;
  of_size(*now, 1024).live = 170'000;
  CHECK(judge(*before, *now).trend == Trend::steady);
  of_size(*now, 1024).live = 170'001;
  CHECK(judge(*before, *now).trend == Trend::leak);
}

TEST_CASE("less in use is no leak, whatever else grew") {
  const auto before = made_up();
  const auto now = made_up(1);
  of_size(*before, 512).live = 100'000;
  of_size(*now, 512).in_slabs = 90'000;
  CHECK(judge(*before, *now).trend == Trend::fragmentation);
  CHECK(has(sentence(*before, *now), "while what is in use fell by 48.8 MiB"));
}

TEST_CASE("the text tells sizes with three digits, and a sentence at the end") {
  const auto now = made_up(10);
  ClassStats& one = of_size(*now, 64);
  one.held = 131'072;
  one.slabs = 2;
  one.live = 1500;
  one.in_slabs = 548;
  now->space.held = 1536;
  now->space.reserved = 1024 * GiB;
  now->space.dirty = 999 * MiB;
  now->space.purged = 10 * KiB + 103;
  add_pool(*now, PoolKind::region, "two\nlines", 900);
  const std::string alone = written(*now, nullptr, StatsForm::text);
  CHECK(has(alone, "space   1.5 KiB held, 999 MiB dirty, 10.1 KiB purged"));
  CHECK(has(alone, "1.0 TiB reserved"));
  CHECK(has(alone, "     900 B          1  region \"two\\nlines\"\n"));
  CHECK(has(alone,
            "128 KiB held, 93.7 KiB in use; external fragmentation: "
            "34.2 KiB free (26 %)"));
  CHECK(has(alone,
            "        64         2         0   128 KiB      1500       548 "));
  const std::string with = written(*now, now.get(), StatsForm::text);
  CHECK(with.substr(0, alone.size()) == alone);
  CHECK(has(with.substr(alone.size()), "In 0 s nothing grew by much"));
}

TEST_CASE("a buffer gets what fits, and the length of the whole is told") {
  const auto now = made_up();
  const std::string whole = written(*now, now.get(), StatsForm::json);
  std::vector<char> buffer(whole.size() + 1, 'x');
  CHECK(write_stats(*now, now.get(), StatsForm::json, buffer.data(),
                    buffer.size()) == whole.size());
  CHECK(whole == buffer.data());
  char small[10];
  CHECK(write_stats(*now, now.get(), StatsForm::json, small, sizeof small) ==
        whole.size());
  CHECK(whole.substr(0, 9) == small);
  char* const none = nullptr;
  CHECK(write_stats(*now, now.get(), StatsForm::json, none, 0) == whole.size());
}

TEST_CASE("the JSON is valid and has every figure") {
  const auto before = made_up(1);
  const auto now = made_up(61);
  ClassStats& one = of_size(*now, 64);
  one.held = 8 * MiB;
  one.live = 100'000;
  one.pinned_by_age[3] = 5;
  now->space.threads = 3;
  add_pool(*now, PoolKind::region, "a \"b\" \\ \x01 \xC3\xA9 \xFF", 900);
  const std::string text = written(*now, before.get(), StatsForm::json);
  const JsonReader read{text};
  REQUIRE(read.is_valid());
  CHECK(read["schema"] == "tarn.stats/1");
  CHECK(read.number("taken_ns") == 61'000'000'000);
  CHECK(read.number("space.threads") == 3);
  CHECK(read["pools.0.kind"] == "region");
  CHECK(read["pools.0.name"] == "a \"b\" \\ \\u0001 \xC3\xA9 \xEF\xBF\xBD");
  CHECK(read.number("heap.live") == 6'400'000);
  CHECK(read.number("heap.classes.0.block") == 64);
  CHECK(read.number("heap.classes.0.pinned_by_age.3") == 5);
  CHECK(read["heap.classes.1.block"] == "?");
  CHECK(read["since.trend"] == "leak");
  CHECK(read.number("since.live") == 6'400'900);
  CHECK(read["since.sentence"] == sentence(*before, *now));
  CHECK(JsonReader{written(*before, nullptr, StatsForm::json)}.is_valid());
}

TEST_CASE("names that are no UTF-8 are made so") {
  const std::vector<std::pair<std::string, std::string>> names{
      {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
       "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {"\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // cut off
      {"\xC0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // overlong
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // a surrogate
      {"\xF5x", "\xEF\xBF\xBDx"}};
  for (const auto& [name, told] : names) {
    const auto now = made_up();
    add_pool(*now, PoolKind::region, name.c_str(), 1);
    const JsonReader read{written(*now, nullptr, StatsForm::json)};
    REQUIRE(read.is_valid());
    CHECK(read["pools.0.name"] == told);
  }
}

namespace {

// The parts of OpenMetrics 1.0 that we use: metadata before samples, each
// family once and whole, names as told, no sample twice, the end.
struct MetricsChecker {
  std::string fault;
  std::map<std::string, std::string> types;
  std::set<std::string> samples;
  std::string family;

  void check(const std::string& text) {
    std::istringstream lines{text};
    std::string line;
    bool has_ended = false;
    while (fault.empty() && std::getline(lines, line)) {
      if (has_ended)
        fault = "behind the end: " + line;
      else if (line == "# EOF")
        has_ended = true;
      else if (line.rfind("# ", 0) == 0)
        metadata(line);
      else
        sample(line);
    }
    if (fault.empty() && (!has_ended || text.back() != '\n'))
      fault = "no end";
  }

  void metadata(const std::string& line) {
    std::istringstream words{line};
    std::string hash, what, name, rest;
    words >> hash >> what >> name >> rest;
    if (what == "TYPE") {
      if (!types.emplace(name, rest).second)
        fault = "family twice: " + name;
      family = name;
    } else if (what == "UNIT") {
      if (name.size() <= rest.size() ||
          name.substr(name.size() - rest.size() - 1) != "_" + rest)
        fault = "unit: " + line;
    } else if (what != "HELP") {
      fault = "unknown: " + line;
    }
    if (name != family)
      fault = "of another family: " + line;
  }

  void sample(const std::string& line) {
    const std::string wanted =
        family + (types[family] == "counter" ? "_total" : "");
    const std::size_t space = line.rfind(' ');
    const std::string series = line.substr(0, space);
    const std::string value = line.substr(space + 1);
    if (series.rfind(wanted, 0) != 0 ||
        (series.size() != wanted.size() && series[wanted.size()] != '{'))
      fault = "name: " + line;
    else if (series.size() != wanted.size() && series.back() != '}')
      fault = "labels: " + line;
    else if (value.empty() ||
             value.find_first_not_of("0123456789") != std::string::npos)
      fault = "value: " + line;
    else if (!samples.insert(series).second)
      fault = "twice: " + line;
  }
};

}  // namespace

TEST_CASE("the metrics are OpenMetrics, to the end") {
  const auto now = made_up();
  of_size(*now, 64).held = 65'536;
  of_size(*now, 64).refills = 7;
  of_size(*now, 80).held = 65'536;
  add_pool(*now, PoolKind::region, "a \"b\" \\ \n c", 900);
  add_pool(*now, PoolKind::region, "", 800);
  now->other_pools.held = 1;
  const std::string text = written(*now, now.get(), StatsForm::openmetrics);
  MetricsChecker checker;
  checker.check(text);
  CHECK(checker.fault == "");
  CHECK(checker.types.size() > 20);
  CHECK(has(text,
            "\ntarn_pool_held_bytes{kind=\"region\",pool=\"a \\\"b\\\" "
            "\\\\ \\n c\"} 900\n"));
  CHECK(has(text, "\ntarn_heap_class_refills_total{block=\"64\"} 7\n"));
}

TEST_CASE("a real snapshot is valid in every form") {
  Region region{{.name = "real"}};
  REQUIRE(region.allocate(100'000) != nullptr);
  void* const block = default_heap().allocate(1000);
  static Snapshot now;
  now = snapshot();
  CHECK(JsonReader{written(now, &now, StatsForm::json)}.is_valid());
  MetricsChecker checker;
  checker.check(written(now, nullptr, StatsForm::openmetrics));
  CHECK(checker.fault == "");
  CHECK(has(written(now, nullptr, StatsForm::text), "region \"real\""));
  default_heap().deallocate(block);
}
