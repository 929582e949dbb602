// What report.hpp promises, each in a process of its own.
// ALONE
#include "check/report.hpp"

#include "check/told.hpp"
#include "check/turn.hpp"
#include "port/world.hpp"
#include "support/findings.hpp"
#include "support/outcome.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
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
using tarn::test::a_finding;
using tarn::test::an_overflow;
using tarn::test::count;
using tarn::test::damaged;
using tarn::test::is_aborted;
using tarn::test::is_exited;
using tarn::test::lines_of;
using tarn::test::Outcome;
using tarn::test::outcome_of;

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
        << tarn::base::Hex{damaged} << " (64 bytes, region 'request')";
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
  line << "    " << tarn::base::Hex{damaged + 64}
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
    // Before they begin: it damages what all of them report.
    const Finding overflow = an_overflow();
    std::vector<std::thread> threads;
    for (const Fault fault : {Fault::overflow, Fault::underflow, Fault::leak,
                              Fault::escape, Fault::mismatch, Fault::sealed})
      threads.emplace_back([fault, &overflow] {
        Finding finding = overflow;
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
    finding.place = finding.holder.place = damaged + 16;
    report(finding);
    finding.fault = Fault::leak;
    finding.holder.block = {damaged, 64, nullptr};
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
