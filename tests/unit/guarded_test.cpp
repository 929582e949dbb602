// What guarded.hpp and os/signals.hpp promise, each in a process of its own.
// ALONE
#include "check/guarded.hpp"

#include "tarn/heap.hpp"

#include "os/guards.hpp"
#include "os/memory.hpp"
#include "os/signals.hpp"
#include "support/case_in_child.hpp"
#include "support/outcome.hpp"

#include <csetjmp>
#include <csignal>
#include <doctest/doctest.h>
#include <thread>

namespace {

using tarn::check::Finding;
using tarn::test::count;
using tarn::test::is_aborted;
using tarn::test::is_exited;
using tarn::test::is_killed;
using tarn::test::Outcome;
using tarn::test::outcome_of;

volatile char* guarded = nullptr;

bool whose(const void* address, bool is_write, Finding& finding) noexcept {
  const auto* const p = static_cast<const volatile char*>(address);
  if (p < guarded || p >= guarded + tarn::os::page_size())
    return false;
  finding.fault = tarn::Fault::use_after_free;
  finding.line << (is_write ? "write" : "read") << " at "
               << static_cast<std::uint64_t>(p - guarded);
  finding.place = static_cast<const std::byte*>(address);
  return true;
}

void make_guard() {
  const std::size_t page = tarn::os::page_size();
  std::byte* const memory = tarn::os::reserve_zeroed(page);
  tarn::check::watch_guards(whose);
  if (memory == nullptr || !tarn::os::guard(memory, page))
    _exit(1);
  guarded = reinterpret_cast<volatile char*>(memory);
}

// Nobody's, and not readable.
volatile char* wild() {
  return reinterpret_cast<volatile char*>(
      tarn::os::reserve(tarn::os::page_size(), tarn::os::page_size()));
}

// Addresses that no machine has fault without saying which.
volatile char* impossible() {
  return reinterpret_cast<volatile char*>(0x4141'4141'4141'4141);
}

void handle(int signal, void (*handler)(int), unsigned flags = 0) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(flags);
  sigaction(signal, &action, nullptr);
}

void leave(int) {
  _exit(9);
}

sigjmp_buf way_out;

// Deep enough for any limit, and no loop.
int fall(int n) {
  volatile char room[4096];
  room[0] = static_cast<char>(n);
  return n == 0 ? 0 : fall(n - 1) + room[0];
}

}  // namespace

TEST_CASE("a read of a guard is a fault of whose it is") {
  const Outcome outcome = outcome_of([] {
    make_guard();
    return static_cast<int>(guarded[5]);
  });
  CHECK(is_aborted(outcome));
  CHECK(count(outcome.said, "tarn: fault: read at 5\n  found") == 1);
}

TEST_CASE("a process without guards keeps its signals") {
  CHECK(is_exited(outcome_of([] {
                    tarn::check::watch_guards(whose);
                    struct sigaction action {};
                    sigaction(SIGSEGV, nullptr, &action);
                    return (action.sa_flags & SA_NODEFER) == 0 ? 7 : 1;
                  }),
                  7));
}

TEST_CASE("a write is told from a read") {
  const Outcome outcome = outcome_of([] {
    make_guard();
    guarded[6] = 'x';
    return 0;
  });
  CHECK(is_aborted(outcome));
#if defined(__x86_64__) || defined(__aarch64__)
  CHECK(count(outcome.said, "tarn: fault: write at 6\n") == 1);
#endif
}

TEST_CASE("who goes on finds the page open") {
  const Outcome outcome = outcome_of([] {
    tarn::set_after_fault(tarn::AfterFault::go_on);
    make_guard();
    guarded[7] = 'y';
    return guarded[7] == 'y' && guarded[8] == 0 ? 7 : 1;
  });
  CHECK(is_exited(outcome, 7));
  CHECK(count(outcome.said, "tarn: fault: ") == 1);
}

TEST_CASE("other threads and children are watched as well") {
  const Outcome outcome = outcome_of([] {
    tarn::set_after_fault(tarn::AfterFault::go_on);
    make_guard();
    const pid_t child = fork();
    if (child == 0) {
      std::thread([] { guarded[1] = 'z'; }).join();
      _exit(guarded[1] == 'z' ? 7 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  });
  CHECK(is_exited(outcome, 7));
  CHECK(count(outcome.said, "tarn: fault: ") == 1);
}

TEST_CASE("what is nobody's guard ends the program as before") {
  for (const auto where : {wild, impossible}) {
    const Outcome outcome = outcome_of([where] {
      handle(SIGSEGV, SIG_DFL);
      make_guard();
      return static_cast<int>(*where());
    });
    CHECK(is_killed(outcome, SIGSEGV));
    CHECK(outcome.said.empty());
  }
}

TEST_CASE("a signal that was sent ends the program as before") {
  CHECK(is_killed(outcome_of([] {
                    handle(SIGSEGV, SIG_DFL);
                    make_guard();
                    raise(SIGSEGV);
                    return 0;
                  }),
                  SIGSEGV));
  CHECK(is_killed(outcome_of([] {
                    handle(SIGBUS, SIG_DFL);
                    make_guard();
                    kill(getpid(), SIGBUS);
                    return 0;
                  }),
                  SIGBUS));
  CHECK(is_exited(outcome_of([] {
                    handle(SIGSEGV, SIG_IGN);
                    make_guard();
                    raise(SIGSEGV);
                    return 7;
                  }),
                  7));
}

TEST_CASE("a handler from before is called for what is nobody's guard") {
  CHECK(is_exited(outcome_of([] {
                    handle(SIGSEGV, leave);
                    make_guard();
                    return static_cast<int>(*wild());
                  }),
                  9));
}

TEST_CASE("a handler from before is told where and may jump out of it") {
  const Outcome outcome = outcome_of([] {
    static volatile char* const there = wild();
    struct sigaction action {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int, siginfo_t* info, void* context) {
      sigset_t mask;
      pthread_sigmask(SIG_BLOCK, nullptr, &mask);
      const bool is_right = info->si_addr == const_cast<char*>(there) &&
                            context != nullptr &&
                            sigismember(&mask, SIGSEGV) == 1;
      siglongjmp(way_out, is_right ? 1 : 2);
    };
    sigaction(SIGSEGV, &action, nullptr);
    make_guard();
    static int right = 0;
    for (static int i = 0; i < 3; ++i)
      switch (sigsetjmp(way_out, 1)) {
        case 0:
          return static_cast<int>(*there);
        case 1:
          ++right;
      }
    return right == 3 ? 7 : 1;
  });
  CHECK(is_exited(outcome, 7));
}

TEST_CASE("a handler that is to be called once is called once") {
  const Outcome outcome = outcome_of([] {
    handle(
        SIGSEGV, [](int) {}, SA_RESETHAND);
    make_guard();
    return static_cast<int>(*wild());
  });
  CHECK(is_killed(outcome, SIGSEGV));
}

TEST_CASE("a handler of stack overflows keeps its stack") {
  const Outcome outcome = outcome_of([] {
    static char stack[65536];
    stack_t other{};
    other.ss_sp = stack;
    other.ss_size = sizeof stack;
    sigaltstack(&other, nullptr);
    handle(
        SIGSEGV,
        [](int) {
          char here = 0;
          const volatile char* const p = &here;
          _exit(p >= stack && p < stack + sizeof stack ? 9 : 1);
        },
        SA_ONSTACK);
    make_guard();
    return fall(1 << 24);
  });
  CHECK((is_exited(outcome, 9) || tarn::os::is_shadowed()));
}

// Of a class whose blocks nobody else has here.
bool break_a_list(tarn::Heap& heap) {
  constexpr std::size_t size = 976;
  void* blocks[4];
  for (void*& block : blocks)
    block = heap.allocate(size);
  for (void* const block : blocks)
    heap.deallocate(block);
  // The first word of a free block is its link.
  auto* const link = static_cast<std::uintptr_t volatile*>(blocks[3]);
  *link = 0x4141'4141'4141'4140;
  for (void*& block : blocks)
    block = heap.allocate(size);
  return blocks[3] != nullptr;
}

TEST_CASE("a crash in the heap tells of the write after free behind it") {
  const Outcome outcome = outcome_of([] {
    handle(SIGSEGV, SIG_DFL);
    make_guard();
    return break_a_list(tarn::default_heap()) ? 0 : 1;
  });
  CHECK(is_aborted(outcome));
  CHECK(
      count(outcome.said,
            "tarn: fault: free list of the heap, class 976, is broken: a freed "
            "block was written\n") == 1);
  const Outcome named = outcome_of([] {
    tarn::set_after_fault(tarn::AfterFault::go_on);
    handle(SIGSEGV, SIG_DFL);
    make_guard();
    tarn::Heap heap{{.name = "parts"}};
    return break_a_list(heap) ? 0 : 1;
  });
  CHECK(is_killed(named, SIGSEGV));
  CHECK(count(named.said,
              "tarn: fault: free list of heap 'parts', class 976, is broken: a "
              "freed block was written\n") == 1);
}

TEST_CASE("guards: a handler comes later" * doctest::skip()) {
  make_guard();
  handle(SIGSEGV, leave);
}
TEST_CASE("guards: a touch" * doctest::skip()) {
  make_guard();
  guarded[0] = 'x';
}

TEST_CASE("a handler that takes the place of tarn's is told at the end") {
  CHECK(
      tarn::test::errors_of("A=a", "guards: a handler comes later") ==
      "tarn: check: somebody put another SIGSEGV handler, or none, in place "
      "of tarn's: touches of guarded memory since then were not told\nholds\n");
}

TEST_CASE("with log a touch is told and the program goes on") {
  const std::string said =
      tarn::test::errors_of("TARN_CHECK=full,log,exit=off", "guards: a touch");
  CHECK(count(said, "tarn: fault: ") == 1);
  CHECK(count(said, "holds\n") == 1);
}
