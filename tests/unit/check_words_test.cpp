// What modes.hpp promises of TARN_CHECK, each in a process of its own.
// ALONE
#include "tarn/heap.hpp"

#include "check/modes.hpp"
#include "check/report.hpp"
#include "support/case_in_child.hpp"
#include "support/findings.hpp"
#include "support/json_reader.hpp"
#include "support/outcome.hpp"

#include <atomic>
#include <doctest/doctest.h>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;
using test::a_finding;
using test::an_overflow;
using test::count;
using test::errors_of;
using test::JsonReader;
using test::lines_of;

}  // namespace

TEST_CASE("checks: the mode is off" * doctest::skip()) {
  CHECK(check_mode() == CheckMode::off);
}
TEST_CASE("checks: each block has its pages" * doctest::skip()) {
  CHECK(check_mode() == CheckMode::full_page);
  CHECK(check::settings().log);
  CHECK(check::settings().no_exit);
}
TEST_CASE("checks: two reports" * doctest::skip()) {
  // By one call, though compilers unroll loops.
  static std::atomic<int> left{2};
  while (left-- > 0)
    check::report(an_overflow());
  check::report(a_finding(Fault::leak, "a \"name\" \\ of \x01 \xe9"));
}

TEST_CASE("checks: an end looks at a block" * doctest::skip()) {
  auto* const block = static_cast<volatile char*>(default_heap().allocate(64));
  block[64] = 1;
}

TEST_CASE(
    "words of TARN_CHECK that nobody knows are told, and checks are off") {
  for (const std::string words :
       {"bogus", "full,bogus", "log", "full,", "full,page,,log", "FULL",
        "full,report=", "full,escape=some"})
    CHECK(errors_of("TARN_CHECK=" + words, "checks: the mode is off") ==
          "tarn: TARN_CHECK=" + words +
              " is not understood; checks are off. It is one of off, sampled, "
              "full; then, parted by commas, any of page, log, symbols, json, "
              "report=PATH, escape=all, leaks, exit=off, budget=PERCENT, "
              "every\nholds\n");
}

TEST_CASE("TARN_CHECK sets the mode and its words") {
  CHECK(errors_of("TARN_CHECK=full,page,log,exit=off",
                  "checks: each block has its pages") == "holds\n");
  CHECK(errors_of("TARN_CHECK=off", "checks: the mode is off") == "holds\n");
}

TEST_CASE("with log the program goes on and tells counts at its end") {
  const std::string said =
      errors_of("TARN_CHECK=full,log,exit=off", "checks: two reports");
  CHECK(count(said, "tarn: fault: ") == 2);
  CHECK(count(said, "tarn: check: faults told: 2, repeats of them: 1\n") == 1);
}

TEST_CASE("what the end of the program finds is told as such, and counted") {
  const char* const its_end = "checks: an end looks at a block";
  const std::string said = errors_of("TARN_CHECK=full,log", its_end);
  CHECK(count(said, "\n  found at exit\n  there, ") == 1);
  CHECK(count(said, "tarn: check: faults told: 1, repeats of them: 0\n") == 1);
  const std::string json = errors_of("TARN_CHECK=full,log,json", its_end);
  CHECK(count(json, ",\"at_exit\":true,\"stack\":[],") == 1);
}

TEST_CASE("a report as JSON is one line that machines read") {
  const std::string said =
      errors_of("TARN_CHECK=full,log,json,exit=off", "checks: two reports");
  const std::vector<std::string> lines = lines_of(said);
  REQUIRE(lines.size() == 4);
  const JsonReader read{lines[0]};
  CHECK(read.is_valid());
  CHECK(read["schema"] == "tarn.fault/1");
  CHECK(read["fault"] == "overflow");
  CHECK(read["line"].rfind("overflow: 5 bytes changed behind 0x", 0) == 0);
  CHECK(read["block.size"] == "64");
  CHECK(read["block.state"] == "live");
  CHECK(read["block.allocated.thread"] == "3");
  CHECK(read["changed.size"] == "5");
  CHECK(read["changed.address"] == read["bytes.1.address"]);
  CHECK(read["bytes.1.hex"] == "41414141410000000000000000000000");
  const JsonReader second{lines[1]};
  CHECK(second.is_valid());
  CHECK(second["line"] == "a \"name\" \\ of \\u0001 \\u00e9");
}

TEST_CASE("reports go to the end of a file, and lines to standard error") {
  const std::string path = "/tmp/tarn_report_test." + std::to_string(getpid());
  const std::string said =
      errors_of("TARN_CHECK=full,log,json,exit=off,report=" + path,
                "checks: two reports");
  CHECK(count(said, "tarn: fault: ") == 2);
  CHECK(count(said, "schema") == 0);
  std::ifstream file{path};
  int valid = 0;
  for (std::string line; std::getline(file, line);)
    valid += JsonReader{line}.is_valid() ? 1 : 0;
  CHECK(valid == 2);
  unlink(path.c_str());
}

TEST_CASE("checks: a block is given back twice" * doctest::skip()) {
  Heap& heap = default_heap();
  void* const block = heap.allocate(64);
  heap.deallocate(block);
  heap.deallocate(block);
}

TEST_CASE("what a pool tells by itself goes where reports go, in any mode") {
  const std::string path = "/tmp/tarn_witness_test." + std::to_string(getpid());
  for (const std::string mode : {"off", "sampled", "full"}) {
    const std::string said =
        errors_of("TARN_CHECK=" + mode + ",json,exit=off,report=" + path,
                  "checks: a block is given back twice");
    CHECK(count(said, "tarn: fault: ") == 1);
    std::ifstream file{path};
    std::string line;
    REQUIRE(std::getline(file, line));
    const JsonReader read{line};
    REQUIRE(read.is_valid());
    CHECK(read["fault"] == "double_free");
    CHECK(count(said, "tarn: fault: " + read["line"] + "\n") == 1);
    CHECK_FALSE(std::getline(file, line));
    unlink(path.c_str());
  }
}

TEST_CASE("without such words a pool's own line is all") {
  for (const std::string mode : {"off", "sampled"}) {
    const std::string said =
        errors_of("TARN_CHECK=" + mode, "checks: a block is given back twice");
    CHECK(count(said, "tarn: fault: ") == 1);
    CHECK(count(said, "found by") == 0);
  }
}

TEST_CASE("a file of reports that cannot be written is told once") {
  const std::string said =
      errors_of("TARN_CHECK=full,log,exit=off,report=/nowhere/at/%p",
                "checks: two reports");
  CHECK(count(said,
              "tarn: check: the file of report= cannot be written: reports go "
              "to standard error\n") == 1);
  CHECK(count(said, "allocated by thread 3") == 1);
}
