// children.cpp - a few threads that each run one child after the other.
//
// SPDX-License-Identifier: MIT
#include "common/child.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

namespace tarn::compare {
namespace {

// More than there are cores: these children sleep most of the time.
constexpr std::size_t at_once = 8;

}  // namespace

std::vector<ChildResult> run_children(
    const std::vector<ChildTask>& tasks, int seconds,
    const std::function<void(std::size_t task)>& begins) {
  std::vector<ChildResult> results(tasks.size());
  std::mutex mutex;
  std::size_t next = 0;
  const auto take_one = [&]() -> std::size_t {
    const std::lock_guard lock(mutex);
    if (next == tasks.size() || interrupted())
      return tasks.size();
    begins(next);
    return next++;
  };
  const auto work = [&] {
    for (std::size_t i = take_one(); i != tasks.size(); i = take_one())
      results[i] = run_child(tasks[i].words, tasks[i].preload, seconds);
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(at_once, tasks.size()); ++i)
    threads.emplace_back(work);
  for (std::thread& thread : threads)
    thread.join();
  return results;
}

}  // namespace tarn::compare
