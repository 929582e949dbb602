// A fork while another thread makes the very first call to the heap: the child
// finds no lock that nobody frees. Each trial is a process in which nobody has
// called before.
#include "tarn/heap.hpp"

#include "os/memory.hpp"

#include <atomic>
#include <cstdio>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace tarn;

constexpr int trials = 40;

int status_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

int allocate_in_child() {
  alarm(10);
  void* const block = default_heap().allocate(100);
  default_heap().deallocate(block);
  return block == nullptr;
}

// How long the other thread is ahead differs from trial to trial.
int try_once(int number) {
  std::atomic<bool> is_ready{false};
  std::thread first{[&is_ready] {
    is_ready = true;
    default_heap().deallocate(default_heap().allocate(100));
  }};
  while (!is_ready) {
  }
  for (int i = 0; i < number * 50; ++i)
    std::atomic_signal_fence(std::memory_order_seq_cst);
  const pid_t child = fork();
  if (child == 0)
    _exit(allocate_in_child());
  const int status = status_of(child);
  first.join();
  return status != 0;
}

}  // namespace

int main() {
  // A sanitizer's runtime does not let a child start threads.
  if (os::is_shadowed())
    return 0;
  for (int i = 0; i < trials; ++i) {
    const pid_t child = fork();
    if (child == 0)
      _exit(try_once(i));
    if (status_of(child) != 0) {
      std::fprintf(stderr, "the child of trial %d has failed\n", i);
      return 1;
    }
  }
}
