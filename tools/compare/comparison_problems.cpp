// comparison_problems.cpp - the phases that ask about time, threads and memory.
//
// SPDX-License-Identifier: MIT
#include "common/machine.hpp"
#include "compare/comparison.hpp"
#include "compare/problems.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

namespace tarn::compare {
namespace {

// Far more than the longest of them, which is all 72 seasons.
constexpr int patience_seconds = 900;

// Where blocks are freed one by one. Blocks without a server around them are
// the same for both codes over malloc.
bool frees_each(const Contender& one) {
  return (one.code == Code::ordinary && one.kind == Kind::malloc) ||
         one.kind == Kind::heap;
}

bool has_threads_and_blocks(const Contender& one) {
  return frees_each(one) || one.kind == Kind::tarn || one.kind == Kind::peer;
}

// With a Region the state beside the requests is malloc's.
bool has_day(const Contender& one) {
  return frees_each(one) || one.kind == Kind::tarn;
}

template <class IsWanted>
std::size_t count_of(const std::vector<Contender>& all, IsWanted is_wanted) {
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

// Of the number of threads and the way of sharing that has the fewest.
double rounds_counted(const Contender& one) {
  double least = std::numeric_limits<double>::infinity();
  bool any = false;
  for (const auto& [name, samples] : one.figures)
    if (name.ends_with("_counted")) {
      least = std::min(least, samples.median());
      any = true;
    }
  return any ? least : -1;
}

bool has_contended(const Contender& one) {
  return rounds_counted(one) >= least_rounds;
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
  // Other programs may have the cores just then: whose rounds did not count
  // comes again later.
  constexpr int tries = 2;
  // Once for requests and once for pairs, each number of threads in turn.
  const int each_milliseconds =
      plan_.contest_milliseconds / 2 / steps_of(this_machine().cores);
  for (int i = 0; i < tries; ++i) {
    const auto comes = [](const Contender& one) {
      return one.runs() && has_threads_and_blocks(one) && !has_contended(one);
    };
    const std::size_t count = count_of(contenders_, comes);
    if (count == 0)
      return;
    progress_.begin(i == 0 ? "contending" : "contending again", count);
    each_in_disorder([&](Contender& contender) {
      if (comes(contender))
        contend(contender, each_milliseconds);
    });
  }
}

// Keeps what tells more: the figures there are or the new ones.
void Comparison::contend(Contender& contender, int each_milliseconds) {
  Contender before = contender;
  std::erase_if(contender.figures, [](const auto& one) {
    return one.first.starts_with("threads_") || one.first.starts_with("pairs_");
  });
  const Report report =
      run(contender, "tarn-worker", "contend", each_milliseconds, false);
  take_all(contender, report, "threads_");
  take_all(contender, report, "pairs_");
  if (contender.runs() && rounds_counted(contender) < rounds_counted(before))
    contender.figures = std::move(before.figures);
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
    if (frees_each(one))
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
