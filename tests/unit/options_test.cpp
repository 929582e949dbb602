// What observe/options.hpp promises.
// ONLY linux
#include "observe/options.hpp"

#include <doctest/doctest.h>
#include <string>

namespace {

using namespace tarn::observe;

std::string said;

void keep(const tarn::base::Line& sentence) noexcept {
  said += sentence.text();
  said += '\n';
}

Options read(const char* text) {
  said.clear();
  Options options;
  read_options(text, options, keep);
  return options;
}

TEST_CASE("options are words with values, parted by commas") {
  const Options options =
      read("purge=background,huge_pages=off,summary=on,verbose=on");
  CHECK(options.purge == Purge::background);
  CHECK_FALSE(options.huge_pages);
  CHECK(options.summary.by(7));
  CHECK(options.verbose.by(7));
  CHECK(said.empty());
  CHECK(read("purge=never").purge == Purge::never);
  CHECK(read("purge=never,purge=requests").purge == Purge::requests);
}

TEST_CASE("a number is that of the process that is meant") {
  const Options options = read("summary=7,verbose=8");
  CHECK(options.summary.by(7));
  CHECK_FALSE(options.summary.by(8));
  CHECK(options.verbose.by(8));
  CHECK_FALSE(read("summary=0").summary.by_anybody());
  CHECK(said.empty());
  CHECK_FALSE(read("summary=7x").summary.by_anybody());
  CHECK_FALSE(said.empty());
}

TEST_CASE("nothing, and commas with nothing between, choose nothing") {
  for (const char* text : {"", ",", ",,summary=off,"}) {
    const Options options = read(text);
    CHECK(options.purge == Purge::requests);
    CHECK(options.huge_pages);
    CHECK_FALSE(options.summary.by(7));
    CHECK(said.empty());
  }
}

TEST_CASE("an unknown option is told with those that there are") {
  CHECK(read("sumary=on,verbose=on").verbose.by(7));
  CHECK(said ==
        "tarn: TARN_OPTIONS: there is no option \"sumary\", but purge, "
        "huge_pages, summary, verbose\n");
  read("=on");
  CHECK(said ==
        "tarn: TARN_OPTIONS: there is no option \"\", but purge, huge_pages, "
        "summary, verbose\n");
}

TEST_CASE("an unknown value is told, and the default stays") {
  CHECK(read("purge=sometimes").purge == Purge::requests);
  CHECK(said ==
        "tarn: TARN_OPTIONS: purge is requests, background or never, not "
        "\"sometimes\"\n");
  CHECK(read("huge_pages=maybe").huge_pages);
  CHECK_FALSE(read("summary").summary.by_anybody());
  CHECK(said ==
        "tarn: TARN_OPTIONS: summary is on, off or the number of "
        "a process, not \"\"\n");
}

TEST_CASE("a word that is too long is told as far as it fits") {
  read((std::string(10'000, 'x') + "=on").c_str());
  CHECK(said == "tarn: TARN_OPTIONS: there is no option \"" +
                    std::string(128, 'x') +
                    "...\", but purge, huge_pages, summary, verbose\n");
}

TEST_CASE("an interval is seconds up to a day, else ten") {
  said.clear();
  CHECK(read_interval(nullptr, keep) == 10);
  CHECK(read_interval("1", keep) == 1);
  CHECK(read_interval("30s", keep) == 30);
  CHECK(read_interval("86400", keep) == 86400);
  CHECK(said.empty());
  for (const char* text : {"0", "86401", "5m", "-1", "soon"})
    CHECK(read_interval(text, keep) == 10);
  CHECK(said.find("tarn: TARN_STATS_INTERVAL is \"soon\", but it is seconds "
                  "from 1 to 86400; 10 hold\n") != std::string::npos);
}

}  // namespace
