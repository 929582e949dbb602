// heap_steps.cpp - how many instructions does a call execute?
//
//     bench_heap_steps --allocator tarn|malloc [--size 32]
//
// A child process calls; this one lets it go on one instruction at a time, from
// the first of the function to its return, which is counted, too. Each call is
// made 256 times, with blocks of `size` bytes: allocated after as many were
// freed, freed by their thread, and freed by another thread than allocated
// them. Prints CSV: the call, the median and the mean.
// SPDX-License-Identifier: MIT
#include "support/arguments.hpp"
#include "support/door.hpp"
#include "support/median.hpp"
#include "support/together.hpp"

#include <dlfcn.h>
#include <numeric>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tarn::bench;

namespace {

constexpr std::size_t calls = 256;
constexpr const char* allocate_name[] = {"malloc",
                                         "_ZN4tarn2v14Heap8allocateEm"};
constexpr const char* deallocate_name[] = {"free",
                                           "_ZN4tarn2v14Heap10deallocateEPv"};

// The parent begins to count at the call that comes next.
void announce() {
  asm volatile("int3" ::: "memory");
}

template <class Door>
void call_all(std::size_t size) {
  Door door;
  static void* blocks[calls];
  for (int turn = 0; turn < 8; ++turn) {
    for (void*& block : blocks)
      block = door.allocate(size);
    for (void* const block : blocks)
      door.deallocate(block);
  }
  for (void*& block : blocks) {
    announce();
    block = door.allocate(size);
  }
  for (void* const block : blocks) {
    announce();
    door.deallocate(block);
  }
  std::barrier<> there{2};
  std::barrier<> over{2};
  std::thread other{[&] {
    Door its;
    for (void*& block : blocks)
      block = its.allocate(size);
    there.arrive_and_wait();
    over.arrive_and_wait();
  }};
  there.arrive_and_wait();
  for (void* const block : blocks) {
    announce();
    door.deallocate(block);
  }
  over.arrive_and_wait();
  other.join();
}

class Watcher {
 public:
  explicit Watcher(pid_t child) : child_(child) { wait(); }

  /// Instructions of the call of `function` that is announced next.
  double count(std::uintptr_t function) {
    go_on(PTRACE_CONT);
    while (registers().rip != function)
      go_on(PTRACE_SINGLESTEP);
    const auto stack = registers().rsp;
    std::size_t steps = 0;
    while (registers().rsp <= stack) {
      go_on(PTRACE_SINGLESTEP);
      ++steps;
    }
    return static_cast<double>(steps);
  }

  void let_go() { ptrace(PTRACE_CONT, child_, nullptr, nullptr); }

 private:
  void wait() {
    int status = 0;
    if (waitpid(child_, &status, 0) != child_ || !WIFSTOPPED(status))
      stop("the child ended before all was counted");
  }

  template <class Way>
  void go_on(Way way) {
    ptrace(way, child_, nullptr, nullptr);
    wait();
  }

  user_regs_struct registers() {
    user_regs_struct all{};
    ptrace(PTRACE_GETREGS, child_, nullptr, &all);
    return all;
  }

  pid_t child_;
};

std::uintptr_t address_of(const char* name) {
  void* const found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr)
    stop(std::string{"there is no function "} + name);
  return reinterpret_cast<std::uintptr_t>(found);
}

void print(const char* name, Watcher& watcher, std::uintptr_t function) {
  std::vector<double> steps;
  for (std::size_t i = 0; i < calls; ++i)
    steps.push_back(watcher.count(function));
  const double sum = std::accumulate(steps.begin(), steps.end(), 0.0);
  std::printf("%s,%.0f,%.1f\n", name, median(steps), sum / calls);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::string name = arguments.text("--allocator", "tarn");
  const std::size_t size = arguments.number("--size", 32);
  const bool is_tarn = name == "tarn";
  const std::uintptr_t allocate = address_of(allocate_name[is_tarn]);
  const std::uintptr_t deallocate = address_of(deallocate_name[is_tarn]);
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    with_door(name, [&]<class Door>(Door) { call_all<Door>(size); });
    _exit(0);
  }
  Watcher watcher{child};
  print("allocate", watcher, allocate);
  print("local free", watcher, deallocate);
  print("remote free", watcher, deallocate);
  watcher.let_go();
}
