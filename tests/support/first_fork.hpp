// first_fork.hpp - a fork while another thread makes the very first call: the
// child finds no lock that nobody frees.
// SPDX-License-Identifier: MIT
#pragma once

#include "os/memory.hpp"

#include <atomic>
#include <cstdio>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tarn::test {

using Use = bool();

inline int status_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

inline int use_in_child(Use* use) {
  alarm(10);
  return use() ? 0 : 1;
}

// How long the other thread is ahead differs from trial to trial.
inline int try_once(Use* use, int number) {
  std::atomic<bool> is_ready{false};
  std::thread first{[&is_ready, use] {
    is_ready = true;
    use();
  }};
  while (!is_ready) {
  }
  for (int i = 0; i < number * 50; ++i)
    std::atomic_signal_fence(std::memory_order_seq_cst);
  const pid_t child = fork();
  if (child == 0)
    _exit(use_in_child(use));
  const int status = status_of(child);
  first.join();
  return status != 0;
}

// Each trial is a process in which nobody has called before. The exit status.
inline int fork_at_first(Use* use) {
  constexpr int trials = 40;
  // A sanitizer's runtime does not let a child start threads.
  if (tarn::os::is_shadowed())
    return 0;
  for (int i = 0; i < trials; ++i) {
    const pid_t child = fork();
    if (child == 0)
      _exit(try_once(use, i));
    if (status_of(child) != 0) {
      std::fprintf(stderr, "the child of trial %d has failed\n", i);
      return 1;
    }
  }
  return 0;
}

}  // namespace tarn::test
