// tight_run.cpp - a fixed budget: how much of it can be used?
//
// Regions, and a Heap of its own, borrow through a Budget. Everybody else runs
// under RLIMIT_DATA (the private writable memory that a process may map), set
// to what is resident of that at the start and the budget on top: what an
// allocator has mapped ahead is part of its budget.
//
// SPDX-License-Identifier: MIT
#include "tarn/budget.hpp"

#include "worker/churn.hpp"
#include "worker/fragmentation.hpp"
#include "worker/jobs.hpp"
#include "worker/process.hpp"

#include <stdexcept>
#include <sys/resource.h>

namespace tarn::compare {
namespace {

constexpr Crowd together{1, 40};
constexpr std::uint32_t most_jobs = 100'000;

// Sizes change each time that so many blocks were asked for.
constexpr std::size_t blocks_of_season = 20'000;
// The live bytes allowed begin at a third of the budget and rise by a little
// with each season, so that the one that is refused says how far one gets.
constexpr double first_share = 0.33;
constexpr double step = 0.02;

void limit_data(std::size_t bytes) {
  rlimit limit{};
  limit.rlim_cur = limit.rlim_max = resident_own() + bytes;
  if (setrlimit(RLIMIT_DATA, &limit) != 0)
    throw std::runtime_error("this system sets no limit on a process's data");
}

// Jobs that live `stretch` times as long; as many end early as it takes to stay
// below what is allowed. Ends when a block is refused.
template <class Job>
void fill_until_refused(Churn<Job>& churn, std::size_t budget) {
  double share = first_share;
  for (int season = 0;; ++season, share += step) {
    const auto allowed =
        static_cast<std::size_t>(static_cast<double>(budget) * share);
    for (std::size_t jobs = 0; jobs < blocks_of_season / 20; ++jobs) {
      while (churn.live().asked > allowed)
        churn.end_next();
      // Long enough that it is the limit that ends jobs.
      if (!churn.begin(static_cast<Season>(season % seasons), 100))
        return;
    }
  }
}

// In steps of a page.
template <class Job>
std::size_t largest_block(const typename Job::Memory& memory,
                          std::size_t budget) {
  constexpr std::size_t page = 4096;
  std::size_t least = 0;
  std::size_t most = budget / page + 1;
  while (most - least > 1) {
    const std::size_t middle = (least + most) / 2;
    Job job(memory);
    (job.allocate(middle * page) != nullptr ? least : most) = middle;
  }
  return least * page;
}

template <class Job>
void tight(std::size_t budget, const typename Job::Memory& memory,
           bool limits_itself) {
  Churn<Job> churn(memory, together, most_jobs);
  print("tight_budget", static_cast<double>(budget));
  if (!limits_itself)
    limit_data(budget);
  fill_until_refused(churn, budget);
  print("tight_live", static_cast<double>(churn.live().asked));
  print("tight_refused", static_cast<double>(churn.refused()));
  churn.drain(1 - static_cast<double>(budget) / 4 /
                      static_cast<double>(churn.live().asked));
  print("tight_free", static_cast<double>(budget - churn.live().asked));
  print("tight_largest",
        static_cast<double>(largest_block<Job>(memory, budget)));
}

}  // namespace

void run_tight(const Arguments& arguments) {
  const std::size_t budget = static_cast<std::size_t>(arguments.amount) * MiB;
  if (arguments.style == "ordinary")
    return tight<MallocJob>(budget, {}, false);
  Budget limit{"tight", budget};
  if (arguments.style == "heap") {
    Heap heap{limit};
    return tight<HeapJob>(budget, {&heap}, true);
  }
  if (arguments.style == "region")
    return tight<RegionJob>(budget, {&limit, small_regions}, true);
  if (arguments.style == "apr")
    return tight<AprJob>(budget, {}, false);
  if (arguments.style.starts_with("monotonic"))
    return tight<MonotonicJob>(budget, {}, false);
  throw std::runtime_error("no style named " + arguments.style);
}

}  // namespace tarn::compare
