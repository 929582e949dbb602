// ONLY linux
#include "check/stacks.hpp"

#include "os/stack.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <thread>
#include <ucontext.h>
#include <unwind.h>
#include <vector>

namespace tarn::check {
namespace {

constexpr std::size_t table_size = std::size_t{64} << 20;

// A table over memory of its own.
class OwnTable {
 public:
  explicit OwnTable(std::size_t size = table_size)
      : memory_(size), table(memory_.data(), size) {}

 private:
  std::vector<std::byte> memory_;

 public:
  StackTable table;
};

// Also for handlers of signals, which may not allocate.
class Calls {
 public:
  static constexpr std::size_t most = 64;

  Calls() = default;
  Calls(const std::uintptr_t* first, std::size_t count) : size_(count) {
    std::copy(first, first + count, calls_);
  }
  void push_back(std::uintptr_t call) {
    if (size_ != most)
      calls_[size_++] = call;
  }
  [[nodiscard]] const std::uintptr_t* begin() const { return calls_; }
  [[nodiscard]] const std::uintptr_t* end() const { return calls_ + size_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  std::uintptr_t operator[](std::size_t i) const { return calls_[i]; }

 private:
  std::uintptr_t calls_[most] = {};
  std::size_t size_ = 0;
};

Calls calls_of(StackId id) {
  const Stack stack = stack_of(id);
  return {stack.frames, stack.count};
}

struct Found {
  Calls calls;
  bool is_caller = false;
};

_Unwind_Reason_Code add_call(_Unwind_Context* at, void* given) {
  Found& found = *static_cast<Found*>(given);
  int is_exact = 0;
  const std::uintptr_t pc = _Unwind_GetIPInfo(at, &is_exact);
  if (pc != 0 && found.is_caller)
    found.calls.push_back(pc + (is_exact != 0 ? 1 : 0));
  found.is_caller = true;
  return _URC_NO_REASON;
}

// What the compiler's own unwinder says of its caller, which finds them by the
// same words.
[[gnu::noinline]] Calls calls_of_system() {
  Found found;
  _Unwind_Backtrace(add_call, &found);
  return found.calls;
}

TEST_CASE("The same stack has the same number, another has another") {
  OwnTable own;
  const std::uintptr_t calls[] = {1000, 2000, 3000};
  const std::uintptr_t others[] = {1000, 2000, 3001};
  const StackId id = own.table.enter(calls, 3);
  CHECK(id != 0);
  CHECK(own.table.enter(calls, 3) == id);
  CHECK(own.table.enter(calls, 2) != id);
  CHECK(own.table.enter(others, 3) != id);
  const Stack stack = own.table.find(id);
  REQUIRE(stack.count == 3);
  CHECK(std::equal(calls, calls + 3, stack.frames));
}

TEST_CASE("Number 0 stands for no stack") {
  OwnTable own;
  CHECK(own.table.find(0).count == 0);
  CHECK(stack_of(0).count == 0);
}

TEST_CASE("43 000 stacks are told apart") {
  OwnTable own;
  std::set<StackId> ids;
  for (std::uintptr_t i = 0; i < 43'000; ++i) {
    const std::uintptr_t calls[] = {0x401000 + i % 200, 0x402000 + i / 200,
                                    0x403000};
    ids.insert(own.table.enter(calls, 3));
  }
  CHECK(ids.size() == 43'000);
  CHECK(ids.count(0) == 0);
  CHECK_FALSE(own.table.is_full());
}

TEST_CASE("A full table gives 0 for new stacks, and finds the old ones") {
  OwnTable own(StackTable::least_size);
  std::vector<StackId> ids;
  std::uintptr_t calls[4] = {1, 2, 3, 0};
  for (StackId id = 1; id != 0; ids.push_back(id)) {
    ++calls[3];
    id = own.table.enter(calls, 4);
  }
  ids.pop_back();
  CHECK(ids.size() > 800);
  for (int i = 0; i < 1000; ++i) {
    ++calls[3];
    CHECK(own.table.enter(calls, 4) == 0);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    calls[3] = i + 1;
    CHECK(own.table.enter(calls, 4) == ids[i]);
  }
}

TEST_CASE("Threads that enter the same stacks at once get the same numbers") {
  constexpr int threads = 10;
  constexpr std::uintptr_t stacks = 2000;
  OwnTable own;
  std::array<std::vector<StackId>, threads> ids;
  std::atomic<int> ready{0};
  std::vector<std::thread> running;
  for (auto& mine : ids)
    running.emplace_back([&own, &mine, &ready] {
      for (++ready; ready != threads;)
        std::this_thread::yield();
      for (std::uintptr_t i = 0; i < stacks; ++i) {
        const std::uintptr_t calls[] = {i, 7, i};
        mine.push_back(own.table.enter(calls, 3));
      }
    });
  for (std::thread& one : running)
    one.join();
  for (const auto& one : ids)
    CHECK(one == ids[0]);
  CHECK(std::set<StackId>(ids[0].begin(), ids[0].end()).size() == stacks);
}

unsigned descend(unsigned levels, void (*last)());
// No compiler looks behind it, and makes two levels one.
unsigned (*volatile go_on)(unsigned levels, void (*last)()) = descend;

// Calls deeper and deeper; each level has work behind its call, so that none is
// a jump.
unsigned descend(unsigned levels, void (*last)()) {
  if (levels == 0) {
    last();
    return 1;
  }
  return go_on(levels - 1, last) + 1;
}

Calls ours;
Calls systems;
[[gnu::noinline]] void compare_here() {
  std::uintptr_t calls[Calls::most];
  ours = {calls, os::walk_stack(calls, Calls::most)};
  systems = calls_of_system();
}

// All but the innermost are the same calls.
void check_the_same(std::size_t least) {
  CAPTURE(ours.size());
  CAPTURE(systems.size());
  REQUIRE(ours.size() >= least);
  REQUIRE(systems.size() >= ours.size());
  CHECK(std::equal(ours.begin() + 1, ours.end(), systems.begin() + 1));
  CHECK((ours.size() == systems.size() || ours.size() == Calls::most));
}

TEST_CASE("A stack is that which the system's unwinder finds") {
  compare_here();
  check_the_same(3);
  descend(10, compare_here);
  check_the_same(13);
  std::thread([] { descend(10, compare_here); }).join();
  check_the_same(13);
}

TEST_CASE("A call is told whole, from its callback on") {
  // Frames of the C library lie between.
  int values[] = {2, 1};
  std::qsort(values, 2, sizeof *values, [](const void*, const void*) {
    compare_here();
    return 0;
  });
  check_the_same(5);
}

StackId captured = 0;

[[gnu::noinline]] void capture_here() {
  captured = capture_stack();
}

TEST_CASE("Stacks of the process begin with who asked, and are kept once") {
  std::vector<StackId> ids;
  while (ids.size() < 2) {
    go_on(3, capture_here);
    ids.push_back(captured);
  }
  CHECK(ids[0] != 0);
  CHECK(ids[0] == ids[1]);
  descend(4, capture_here);
  CHECK(captured != ids[0]);
  Dl_info info;
  const Calls calls = calls_of(captured);
  REQUIRE(calls.size() > 6);
  // The innermost call of go_on() is from the same place as those around it.
  CHECK(calls[2] == calls[3]);
  CHECK(dladdr(reinterpret_cast<void*>(calls[0]), &info) != 0);
  descend(40, capture_here);
  CHECK(calls_of(captured).size() == deepest_stack);
}

Calls in_handler;
Calls of_signal;

void handle(int, siginfo_t*, void* context) {
  compare_here();
  in_handler = calls_of(capture_stack());
  of_signal = calls_of(capture_stack_of_signal(context));
}

class Handled {
 public:
  explicit Handled(int flags) {
    struct sigaction action {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | flags;
    sigaction(SIGUSR1, &action, &before_);
  }
  ~Handled() { sigaction(SIGUSR1, &before_, nullptr); }
  Handled(const Handled&) = delete;
  Handled& operator=(const Handled&) = delete;

 private:
  struct sigaction before_ {};
};

[[gnu::noinline]] void raise_here() {
  std::raise(SIGUSR1);
}

TEST_CASE("In a signal handler the stack goes on to what was interrupted") {
  const Handled handled(0);
  descend(3, raise_here);
  check_the_same(8);
  CHECK(in_handler.size() > 8);
  REQUIRE(of_signal.size() > 4);
  // The one ends as the other.
  CHECK(std::search(in_handler.begin(), in_handler.end(), of_signal.begin() + 1,
                    of_signal.begin() + 5) != in_handler.end());
}

TEST_CASE("So it does from a stack that is the handler's own") {
  std::vector<char> room(64 << 10);
  const stack_t other{
      .ss_sp = room.data(), .ss_flags = 0, .ss_size = room.size()};
  stack_t before{};
  sigaltstack(&other, &before);
  {
    const Handled handled(SA_ONSTACK);
    descend(3, raise_here);
  }
  sigaltstack(&before, nullptr);
  check_the_same(8);
  CHECK(of_signal.size() > 4);
}

ucontext_t back;

void run_fiber() {
  descend(5, compare_here);
  descend(5, capture_here);
}

std::vector<std::uintptr_t> addresses_of(StackId id) {
  const Stack stack = stack_of(id);
  return {stack.frames, stack.frames + stack.count};
}

// Each call from another place, at the same stack pointer.
[[gnu::noinline]] StackId here() {
  const StackId id = capture_stack();
  asm volatile("");
  return id;
}
[[gnu::noinline]] void take_three(StackId* ids) {
  ids[0] = here();
  ids[1] = here();
  ids[2] = here();
}
[[gnu::noinline]] void by_another(StackId* ids) {
  take_three(ids);
  asm volatile("");
}

TEST_CASE("A stack that is met again is the same, one like it is another") {
  std::set<StackId> all;
  for (int round = 0; round < 100; ++round) {
    StackId ids[6];
    take_three(ids);
    by_another(ids + 3);
    all.insert(ids, ids + 6);
    for (int i = 0; i < 3; ++i) {
      const std::vector<std::uintptr_t> one = addresses_of(ids[i]);
      const std::vector<std::uintptr_t> other = addresses_of(ids[i + 3]);
      REQUIRE(one.size() >= 3);
      REQUIRE(other.size() >= 3);
      CHECK(one[1] == other[1]);
      CHECK(one[2] != other[2]);
    }
  }
  // Two lines call, the first round and the others alike.
  CHECK(all.size() == 6);
  StackId elsewhere[3];
  std::thread{[&] { take_three(elsewhere); }}.join();
  for (const StackId id : elsewhere)
    CHECK(all.count(id) == 0);
}

TEST_CASE("On a stack that is not the thread's own it ends where that does") {
  std::vector<char> room(256 << 10);
  ucontext_t fiber;
  getcontext(&fiber);
  fiber.uc_stack.ss_sp = room.data();
  fiber.uc_stack.ss_size = room.size();
  fiber.uc_link = &back;
  captured = 0;
  makecontext(&fiber, run_fiber, 0);
  swapcontext(&back, &fiber);
  CHECK(ours.size() >= 7);
  CHECK(captured != 0);
  CHECK(calls_of(captured).size() >= 7);
}

TEST_CASE("Nonsense in the registers ends a stack, and nothing else") {
  std::uintptr_t calls[8];
  std::uintptr_t word = 0;
  const auto stack = reinterpret_cast<std::uintptr_t>(&word);
  const auto code = reinterpret_cast<std::uintptr_t>(&handle);
  // So far below its end the stack has not grown.
  const std::uintptr_t deep = stack - (std::uintptr_t{32} << 20);
  for (const std::uintptr_t sp : {std::uintptr_t{0}, std::uintptr_t{8}, stack,
                                  stack + 1, ~std::uintptr_t{0}, code, deep})
    for (const std::uintptr_t fp : {std::uintptr_t{0}, std::uintptr_t{1}, stack,
                                    ~std::uintptr_t{7}, deep})
      for (const std::uintptr_t pc :
           {std::uintptr_t{0}, std::uintptr_t{1}, stack, code + 20}) {
        const unsigned count = os::walk_stack({pc, sp, fp}, calls, 8);
        CHECK(count <= 8);
        CHECK((count != 0) == (pc != 0));
      }
}

}  // namespace
}  // namespace tarn::check
