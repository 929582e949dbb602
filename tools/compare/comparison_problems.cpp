// comparison_problems.cpp - the phases that ask about time, threads and memory.
//
// SPDX-License-Identifier: MIT
#include "common/machine.hpp"
#include "compare/comparison.hpp"

#include <algorithm>
#include <cstdlib>

namespace tarn::compare {
namespace {

// Far more than the longest of them, which is all 72 seasons.
constexpr int patience_seconds = 900;

// Ordinary code over a malloc, pool code over a pool: blocks without a server
// around them are the same for both codes over malloc.
bool has_threads_and_blocks(const Contender& one) {
  return (one.code == Code::ordinary && one.kind == Kind::malloc) ||
         one.kind == Kind::tarn || one.kind == Kind::peer;
}

// The state beside the requests is malloc's either way.
bool has_day(const Contender& one) {
  return (one.code == Code::ordinary && one.kind == Kind::malloc) ||
         one.kind == Kind::tarn;
}

std::size_t count_of(const std::vector<Contender>& all,
                     bool (*is_wanted)(const Contender&)) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), is_wanted));
}

// How many numbers of threads there are to look at: 2, 4, ... and all.
int steps_of(int cores) {
  int steps = 0;
  for (int threads = 2; threads <= cores; threads *= 2)
    ++steps;
  return std::max(steps, 1);
}

}  // namespace

void Comparison::take_all(Contender& contender, const Report& report,
                          const std::string& prefix) {
  for (const auto& [key, value] : report)
    if (key.starts_with(prefix))
      contender.figures[key].add(std::strtod(value.c_str(), nullptr));
}

void Comparison::day() {
  progress_.begin(
      "living through a day",
      count_of(contenders_, has_day) * static_cast<std::size_t>(plan_.days));
  for (int day = 0; day < plan_.days; ++day)
    each_in_disorder([&](Contender& contender) {
      if (has_day(contender))
        take_all(
            contender,
            run(contender, "tarn-worker", "day", plan_.busiest_hour, false),
            "day_");
    });
}

void Comparison::contend() {
  progress_.begin("contending", count_of(contenders_, has_threads_and_blocks));
  // Once for requests and once for pairs, each number of threads in turn.
  const int each_milliseconds =
      plan_.contest_milliseconds / 2 / steps_of(this_machine().cores);
  each([&](Contender& contender) {
    if (!has_threads_and_blocks(contender))
      return;
    const Report report =
        run(contender, "tarn-worker", "contend", each_milliseconds, false);
    take_all(contender, report, "threads_");
    take_all(contender, report, "pairs_");
  });
}

void Comparison::stay() {
  struct Task {
    Contender* contender;
    const char* mode;
    int amount;
  };
  std::vector<Task> tasks{{&lifetime_, "lifetime", plan_.uploads}};
  for (Contender& one : contenders_) {
    if (!has_threads_and_blocks(one) || !one.runs())
      continue;
    if (one.kind == Kind::malloc)
      tasks.push_back({&one, "apart", plan_.seasons});
    tasks.push_back({&one, "together", plan_.seasons});
    tasks.push_back({&one, "tight", plan_.budget_mebibytes});
  }
  std::vector<ChildTask> children;
  for (const Task& task : tasks)
    children.push_back(
        {words_for(*task.contender, "tarn-worker", task.mode, task.amount),
         task.contender->preload});
  progress_.begin("looking at what memory stays", tasks.size());
  const std::vector<ChildResult> results =
      run_children(children, patience_seconds, [&](std::size_t i) {
        progress_.step(tasks[i].contender->memory + ", " + tasks[i].mode);
      });
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!tasks[i].contender->runs())
      continue;
    const Report report = digest(*tasks[i].contender, results[i]);
    take_all(*tasks[i].contender, report, std::string(tasks[i].mode) + "_");
  }
}

}  // namespace tarn::compare
