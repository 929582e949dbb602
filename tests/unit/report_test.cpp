// What report.hpp and modes.hpp promise, each in a process of its own.
// ALONE
#include "check/report.hpp"

#include "tarn/heap.hpp"

#include "check/modes.hpp"
#include "check/told.hpp"
#include "check/turn.hpp"
#include "port/world.hpp"
#include "support/case_in_child.hpp"
#include "support/json_reader.hpp"
#include "support/outcome.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using tarn::AfterFault;
using tarn::Fault;
using tarn::check::Finding;
using tarn::check::report;
using tarn::test::count;
using tarn::test::is_aborted;
using tarn::test::is_exited;
using tarn::test::lines_of;
using tarn::test::Outcome;
using tarn::test::outcome_of;

alignas(64) std::byte memory[128];

// An overflow of five bytes behind a block of 64.
Finding an_overflow() {
  static tarn::check::Record record{};
  record.size = 64;
  record.use = static_cast<unsigned>(tarn::check::BlockUse::live);
  record.allocated_on = 3;
  record.allocated_at = tarn::port::clock_ms() - 40;
  for (int i = 0; i < 5; ++i)
    memory[64 + i] = std::byte{'A'};
  Finding finding{};
  finding.fault = Fault::overflow;
  finding.line << "overflow: 5 bytes changed behind " << tarn::base::Hex{memory}
               << " (64 bytes, region 'request')";
  finding.place = memory;
  finding.damage = memory + 64;
  finding.damaged = 5;
  finding.block = {memory, 64, &record};
  return finding;
}

Finding a_finding(Fault fault, const char* line) {
  Finding finding{};
  finding.fault = fault;
  finding.line << line;
  return finding;
}

volatile std::sig_atomic_t handled = 0;
void count_handled(Fault, const char*) noexcept {
  handled = handled + 1;
}

void go_on() {
  tarn::set_after_fault(AfterFault::go_on);
  tarn::set_fault_handler(count_handled);
}

}  // namespace

TEST_CASE("a report is its line, then details behind two blanks") {
  const Outcome outcome = outcome_of([] {
    report(an_overflow());
    return 0;
  });
  CHECK(is_aborted(outcome));
  const std::vector<std::string> lines = lines_of(outcome.said);
  REQUIRE(lines.size() > 6);
  tarn::base::Line first;
  first << "tarn: fault: overflow: 5 bytes changed behind "
        << tarn::base::Hex{memory} << " (64 bytes, region 'request')";
  CHECK(lines[0] == first.text());
  for (std::size_t i = 1; i < lines.size(); ++i)
    CHECK(lines[i].substr(0, 2) == "  ");
  CHECK(count(outcome.said, "\n  allocated by thread 3, ") == 1);
  CHECK(count(outcome.said, "\n  freed by") == 0);
}

TEST_CASE("a report marks the bytes that were changed") {
  const Outcome outcome = outcome_of([] {
    report(an_overflow());
    return 0;
  });
  CHECK(count(outcome.said, "  there, a * before each changed byte:\n") == 1);
  tarn::base::Line line;
  line << "    " << tarn::base::Hex{memory + 64}
       << " *41*41*41*41*41 00 00 00 00 00 00 00 00 00 00 00  AAAAA...........";
  CHECK(count(outcome.said, line.text()) == 1);
}

TEST_CASE("memory that nobody can read is left out") {
  Finding finding = a_finding(Fault::use_after_free, "there");
  finding.place = reinterpret_cast<std::byte*>(4096);
  const Outcome outcome = outcome_of([&] {
    report(finding);
    return 0;
  });
  CHECK(is_aborted(outcome));
  CHECK(count(outcome.said, "  there") == 0);
}

TEST_CASE("who goes on after a fault is told of the same one once") {
  const Outcome outcome = outcome_of([] {
    go_on();
    for (int i = 0; i < 10; ++i)
      report(an_overflow());
    report(a_finding(Fault::leak, "another"));
    const tarn::check::ToldFaults told = tarn::check::told_faults();
    return told.told == 2 && told.repeats == 9 && handled == 2 ? 7 : 1;
  });
  CHECK(is_exited(outcome, 7));
  CHECK(count(outcome.said, "tarn: fault: ") == 2);
}

TEST_CASE("two threads report one after the other") {
  const Outcome outcome = outcome_of([] {
    go_on();
    std::vector<std::thread> threads;
    for (const Fault fault : {Fault::overflow, Fault::underflow, Fault::leak,
                              Fault::escape, Fault::mismatch, Fault::sealed})
      threads.emplace_back([fault] {
        Finding finding = an_overflow();
        finding.fault = fault;
        report(finding);
      });
    for (std::thread& thread : threads)
      thread.join();
    return 7;
  });
  CHECK(is_exited(outcome, 7));
  const std::vector<std::string> lines = lines_of(outcome.said);
  std::vector<std::size_t> sizes;
  for (const std::string& line : lines) {
    if (line.rfind("tarn: fault: ", 0) == 0)
      sizes.push_back(0);
    REQUIRE(!sizes.empty());
    sizes.back() += line.rfind("    0x", 0) == 0 ? 1 : 0;
  }
  CHECK(sizes == std::vector<std::size_t>(6, 4));
}

TEST_CASE("who holds a pointer is told: a global by its file, or a block") {
  const Outcome outcome = outcome_of([] {
    go_on();
    Finding finding{.fault = Fault::escape};
    finding.place = finding.holder.place = memory + 16;
    report(finding);
    finding.fault = Fault::leak;
    finding.holder.block = {memory, 64, nullptr};
    report(finding);
    return 7;
  });
  CHECK(is_exited(outcome, 7));
  CHECK(count(outcome.said, ", a global:\n    #0 /") == 1);
  CHECK(count(outcome.said, ", 16 bytes into 0x") == 1);
  CHECK(count(outcome.said, "a * before each byte of the pointer:\n") == 2);
}

TEST_CASE("a fault inside a report tells its line and aborts") {
  const Outcome outcome = outcome_of([] {
    go_on();
    if (tarn::check::take_turn() != tarn::check::Turn::ours)
      return 1;
    report(an_overflow());
    return 0;
  });
  CHECK(is_aborted(outcome));
  CHECK(lines_of(outcome.said).size() == 1);
}

TEST_CASE("a child that was forked inside a report reports") {
  const Outcome outcome = outcome_of([] {
    go_on();
    if (tarn::check::take_turn() != tarn::check::Turn::ours)
      return 1;
    const pid_t child = fork();
    if (child == 0) {
      report(a_finding(Fault::overflow, "of the child"));
      _exit(7);
    }
    int status = 0;
    waitpid(child, &status, 0);
    tarn::check::end_turn();
    report(a_finding(Fault::leak, "of the parent"));
    return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 7 : 1;
  });
  CHECK(is_exited(outcome, 7));
  CHECK(count(outcome.said, "tarn: fault: of the child\n  found") == 1);
  CHECK(count(outcome.said, "tarn: fault: of the parent\n  found") == 1);
}

TEST_CASE("a handler may fork, and report in both") {
  const Outcome outcome = outcome_of([] {
    tarn::set_after_fault(AfterFault::go_on);
    tarn::set_fault_handler([](Fault fault, const char*) noexcept {
      if (fault != Fault::overflow)
        return;
      const pid_t child = fork();
      report(a_finding(Fault::leak, child == 0 ? "child" : "parent"));
      if (child == 0)
        _exit(0);
      waitpid(child, nullptr, 0);
    });
    report(a_finding(Fault::overflow, "first"));
    return 7;
  });
  CHECK(is_exited(outcome, 7));
  CHECK(count(outcome.said, "tarn: fault: child\n") == 1);
  CHECK(count(outcome.said, "tarn: fault: parent\n") == 1);
}

TEST_CASE("a signal handler with a small stack reports") {
  const Outcome outcome = outcome_of([] {
    go_on();
    // What the system says that a handler needs.
    static char stack[16384];
    stack_t other{};
    other.ss_sp = stack;
    other.ss_size = sizeof stack;
    sigaltstack(&other, nullptr);
    struct sigaction action {};
    action.sa_handler = [](int) { report(an_overflow()); };
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR1, &action, nullptr);
    errno = 12345;
    raise(SIGUSR1);
    return errno == 12345 && handled == 1 ? 7 : 1;
  });
  CHECK(is_exited(outcome, 7));
  CHECK(count(outcome.said, "allocated by thread 3") == 1);
}

TEST_CASE("standard error may be closed, full or unread") {
  const auto reports_with = [](auto spoil) {
    return outcome_of([&] {
      go_on();
      spoil();
      report(an_overflow());
      return handled == 1 ? 7 : 1;
    });
  };
  CHECK(is_exited(reports_with([] { close(STDERR_FILENO); }), 7));
  CHECK(is_exited(
      reports_with([] { dup2(open("/dev/full", O_WRONLY), STDERR_FILENO); }),
      7));
  CHECK(is_exited(reports_with([] {
                    int ends[2];
                    if (pipe(ends) != 0)
                      _exit(1);
                    close(ends[0]);
                    dup2(ends[1], STDERR_FILENO);
                  }),
                  7));
}

TEST_CASE("a line that is too long ends all the same") {
  const Outcome outcome = outcome_of([] {
    Finding finding = a_finding(Fault::leak, "");
    for (int i = 0; i < 100; ++i)
      finding.line << "0123456789";
    report(finding);
    return 0;
  });
  CHECK(is_aborted(outcome));
  CHECK(lines_of(outcome.said)[1].rfind("  found", 0) == 0);
}

TEST_CASE("checks: the mode is off" * doctest::skip()) {
  CHECK(tarn::check_mode() == tarn::CheckMode::off);
}
TEST_CASE("checks: each block has its pages" * doctest::skip()) {
  CHECK(tarn::check_mode() == tarn::CheckMode::full_page);
  CHECK(tarn::check::settings().log);
  CHECK(tarn::check::settings().no_exit);
}
TEST_CASE("checks: two reports" * doctest::skip()) {
  // By one call, though compilers unroll loops.
  static std::atomic<int> left{2};
  while (left-- > 0)
    report(an_overflow());
  report(a_finding(Fault::leak, "a \"name\" \\ of \x01 \xe9"));
}

TEST_CASE("checks: an end looks at a block" * doctest::skip()) {
  auto* const block =
      static_cast<volatile char*>(tarn::default_heap().allocate(64));
  block[64] = 1;
}

TEST_CASE(
    "words of TARN_CHECK that nobody knows are told, and checks are off") {
  for (const std::string words :
       {"bogus", "full,bogus", "log", "full,", "full,page,,log", "FULL",
        "full,report=", "full,escape=some"})
    CHECK(tarn::test::errors_of("TARN_CHECK=" + words,
                                "checks: the mode is off") ==
          "tarn: TARN_CHECK=" + words +
              " is not understood; checks are off. It is one of off, sampled, "
              "full; then, parted by commas, any of page, log, symbols, json, "
              "report=PATH, escape=all, leaks, exit=off, budget=PERCENT, "
              "every\nholds\n");
}

TEST_CASE("TARN_CHECK sets the mode and its words") {
  CHECK(tarn::test::errors_of("TARN_CHECK=full,page,log,exit=off",
                              "checks: each block has its pages") == "holds\n");
  CHECK(tarn::test::errors_of("TARN_CHECK=off", "checks: the mode is off") ==
        "holds\n");
}

TEST_CASE("with log the program goes on and tells counts at its end") {
  const std::string said = tarn::test::errors_of("TARN_CHECK=full,log,exit=off",
                                                 "checks: two reports");
  CHECK(count(said, "tarn: fault: ") == 2);
  CHECK(count(said, "tarn: check: faults told: 2, repeats of them: 1\n") == 1);
}

TEST_CASE("what the end of the program finds is told as such, and counted") {
  const char* const its_end = "checks: an end looks at a block";
  const std::string said =
      tarn::test::errors_of("TARN_CHECK=full,log", its_end);
  CHECK(count(said, "\n  found at exit\n  there, ") == 1);
  CHECK(count(said, "tarn: check: faults told: 1, repeats of them: 0\n") == 1);
  const std::string json =
      tarn::test::errors_of("TARN_CHECK=full,log,json", its_end);
  CHECK(count(json, ",\"at_exit\":true,\"stack\":[],") == 1);
}

TEST_CASE("a report as JSON is one line that machines read") {
  const std::string said = tarn::test::errors_of(
      "TARN_CHECK=full,log,json,exit=off", "checks: two reports");
  const std::vector<std::string> lines = lines_of(said);
  REQUIRE(lines.size() == 4);
  const tarn::test::JsonReader read{lines[0]};
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
  const tarn::test::JsonReader second{lines[1]};
  CHECK(second.is_valid());
  CHECK(second["line"] == "a \"name\" \\ of \\u0001 \\u00e9");
}

TEST_CASE("reports go to the end of a file, and lines to standard error") {
  const std::string path = "/tmp/tarn_report_test." + std::to_string(getpid());
  const std::string said =
      tarn::test::errors_of("TARN_CHECK=full,log,json,exit=off,report=" + path,
                            "checks: two reports");
  CHECK(count(said, "tarn: fault: ") == 2);
  CHECK(count(said, "schema") == 0);
  std::ifstream file{path};
  int valid = 0;
  for (std::string line; std::getline(file, line);)
    valid += tarn::test::JsonReader{line}.is_valid() ? 1 : 0;
  CHECK(valid == 2);
  unlink(path.c_str());
}

TEST_CASE("checks: a block is given back twice" * doctest::skip()) {
  tarn::Heap& heap = tarn::default_heap();
  void* const block = heap.allocate(64);
  heap.deallocate(block);
  heap.deallocate(block);
}

TEST_CASE("what a pool tells by itself goes where reports go, in any mode") {
  const std::string path = "/tmp/tarn_witness_test." + std::to_string(getpid());
  for (const std::string mode : {"off", "sampled", "full"}) {
    const std::string said = tarn::test::errors_of(
        "TARN_CHECK=" + mode + ",json,exit=off,report=" + path,
        "checks: a block is given back twice");
    CHECK(count(said, "tarn: fault: ") == 1);
    std::ifstream file{path};
    std::string line;
    REQUIRE(std::getline(file, line));
    const tarn::test::JsonReader read{line};
    REQUIRE(read.is_valid());
    CHECK(read["fault"] == "double_free");
    CHECK(count(said, "tarn: fault: " + read["line"] + "\n") == 1);
    CHECK_FALSE(std::getline(file, line));
    unlink(path.c_str());
  }
}

TEST_CASE("without such words a pool's own line is all") {
  for (const std::string mode : {"off", "sampled"}) {
    const std::string said = tarn::test::errors_of(
        "TARN_CHECK=" + mode, "checks: a block is given back twice");
    CHECK(count(said, "tarn: fault: ") == 1);
    CHECK(count(said, "found by") == 0);
  }
}

TEST_CASE("a file of reports that cannot be written is told once") {
  const std::string said = tarn::test::errors_of(
      "TARN_CHECK=full,log,exit=off,report=/nowhere/at/%p",
      "checks: two reports");
  CHECK(count(said,
              "tarn: check: the file of report= cannot be written: reports go "
              "to standard error\n") == 1);
  CHECK(count(said, "allocated by thread 3") == 1);
}
