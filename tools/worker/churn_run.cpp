// churn_run.cpp - the seasons, and the light work between them.
//
// SPDX-License-Identifier: MIT
#include "worker/churn.hpp"
#include "worker/fragmentation.hpp"
#include "worker/jobs.hpp"
#include "worker/process.hpp"

#include <chrono>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <stdexcept>
#include <thread>

namespace tarn::compare {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t blocks_of_season = 150'000;
// More than ever live; what is not used costs nothing but its place.
constexpr std::uint32_t most_jobs = 100'000;
// Long runs rest longer, so that what goes by age has the time.
constexpr int many_seasons = 12;
// So many seasons are a day, of which nights are quiet.
constexpr int seasons_of_day = 24;

constexpr Crowd apart{1, 1};
constexpr Crowd together{1, 40};

// How long jobs live at this hour, against the busiest.
double stretch_at(int season, int all) {
  const double day = std::min(all, seasons_of_day);
  const double hour = (season % static_cast<int>(day) + 0.5) / day;
  return 0.25 + 0.75 * (1 - std::cos(2 * std::numbers::pi * hour)) / 2;
}

// A few blocks every millisecond, as an idle server has them: allocators that
// give back by age or count do it in calls.
template <class Job>
void rest(const typename Job::Memory& memory, std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
    {
      Job job(memory);
      for (const std::size_t size :
           std::initializer_list<std::size_t>{64, 512, 4096, 100})
        if (void* const block = job.allocate(size))
          std::memset(static_cast<std::byte*>(block) + Job::taken, 1,
                      size - Job::taken);
    }
    std::this_thread::sleep_for(1ms);
  }
}

template <class Job>
void churn(const Arguments& arguments, Crowd crowd,
           const typename Job::Memory& memory) {
  const std::string prefix = arguments.mode + "_";
  const int all = arguments.amount;
  const auto pause = all > many_seasons ? 2000ms : 500ms;
  Churn<Job> churn(memory, crowd, most_jobs);
  const std::uint64_t before = resident();
  // A job's own bytes lie in the notes; a program has them somewhere too.
  const auto rss = [&] {
    return static_cast<double>(resident() - before) +
           static_cast<double>(churn.live().jobs * sizeof(Job));
  };
  const auto note = [&](const std::string& key) {
    print(prefix + key + "_live", static_cast<double>(churn.live().asked));
    print(prefix + key + "_given", static_cast<double>(churn.live().given));
    print(prefix + key + "_rss", rss());
    rest<Job>(memory, pause);
    print(prefix + key + "_rest", rss());
  };
  for (int season = 0; season < all; ++season) {
    if (!churn.work(static_cast<Season>(season % seasons), blocks_of_season,
                    stretch_at(season, all)))
      throw std::runtime_error("there is no memory left on this machine");
    char number[16];
    std::snprintf(number, sizeof number, "%02d", season + 1);
    note(number);
  }
  churn.drain(0.95);
  note("drained");
}

}  // namespace

void run_churn(const Arguments& arguments) {
  const bool is_apart = arguments.mode == "apart";
  if (arguments.style == "ordinary")
    return churn<MallocJob>(arguments, is_apart ? apart : together, {});
  if (arguments.style == "heap")
    return churn<HeapJob>(arguments, is_apart ? apart : together, {});
  if (is_apart)
    throw std::runtime_error("pools end together");
  if (arguments.style == "region")
    return churn<RegionJob>(arguments, together, {nullptr, small_regions});
  if (arguments.style == "apr")
    return churn<AprJob>(arguments, together, {});
  if (arguments.style.starts_with("monotonic"))
    return churn<MonotonicJob>(arguments, together, {});
  throw std::runtime_error("no style named " + arguments.style);
}

}  // namespace tarn::compare
