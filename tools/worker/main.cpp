// main.cpp - the program that tarn compare runs once for each thing measured.
//
//     worker CORPUS STYLE MODE AMOUNT
//
// Modes: check (one pass, each status against the corpus), time (AMOUNT
// milliseconds), read (the same, only reading), calls (the same, every call
// timed), count (AMOUNT passes inside tarn_measured_passes, for callgrind),
// count-read, and the problems: day, apart, together, tight, contend,
// connections, trees, lifetime, each described where its header is. Prints "key
// value" lines; a line that begins with "error" says why there are none. It is
// for tarn's own use, and its lines may change.
//
// SPDX-License-Identifier: MIT
#include "worker/arguments.hpp"
#include "worker/call_clock.hpp"
#include "worker/clock_ways.hpp"
#include "worker/contention.hpp"
#include "worker/day.hpp"
#include "worker/floor.hpp"
#include "worker/fragmentation.hpp"
#include "worker/lifetime.hpp"
#include "worker/objects.hpp"
#include "worker/process.hpp"
#include "worker/runner.hpp"
#include "worker/ticks.hpp"

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

/// What callgrind counts: passes over the corpus and nothing else.
extern "C" [[gnu::noinline]] std::uint64_t tarn_measured_passes(
    tarn::compare::Runner* runner, int passes, bool reading) {
  std::uint64_t sum = 0;
  for (int i = 0; i < passes; ++i)
    sum = reading ? runner->reading_pass() : runner->pass();
  return sum;
}

namespace tarn::compare {
namespace {

using Clock = std::chrono::steady_clock;

// Passes before anything is measured: caches fill, lazy things happen.
constexpr int warm_passes = 3;

double nanoseconds_since(Clock::time_point began) {
  return std::chrono::duration<double, std::nano>(Clock::now() - began).count();
}

// One line for each answer, so that two workers can be compared.
int check(Runner& runner, const std::vector<server::CorpusRequest>& corpus) {
  const std::vector<server::Answer> answers = runner.answers();
  int failed = 0;
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    std::printf("answer %016" PRIx64 " %" PRIu64 " %s: %s\n",
                answers[i].checksum, answers[i].size, corpus[i].kind.c_str(),
                corpus[i].name.c_str());
    if (answers[i].status != corpus[i].status) {
      std::printf("error corpus/%s.requests: \"%s\" got %d, not %d\n",
                  corpus[i].kind.c_str(), corpus[i].name.c_str(),
                  answers[i].status, corpus[i].status);
      failed = 1;
    }
  }
  return failed;
}

struct Measured {
  std::uint64_t passes = 0;
  std::uint64_t checksum = 0;
  double resident_sum = 0;
  Histogram requests;
};

// Passes until `milliseconds` are over. Throws when two passes differ.
void run_for(Runner& runner, const Arguments& arguments, std::uint64_t expected,
             Measured& measured) {
  const bool reading = arguments.mode == "read";
  const Clock::time_point end =
      Clock::now() + std::chrono::milliseconds(arguments.amount);
  do {
    const std::uint64_t sum =
        reading ? runner.reading_pass() : runner.timed_pass(measured.requests);
    if (sum != expected)
      throw std::runtime_error("the answers of one pass differ from the last");
    ++measured.passes;
    measured.resident_sum += static_cast<double>(resident());
  } while (Clock::now() < end);
}

void measure(Runner& runner, const Arguments& arguments, std::size_t requests,
             std::uint64_t expected) {
  // Static: a page of histogram on the stack would be in everybody's way.
  static Measured measured;
  reset_peak();
  const std::uint64_t faults = page_faults();
  const Clock::time_point began = Clock::now();
  const double processor_began = processor_nanoseconds();
  const std::uint64_t first_tick = ticks();
  call_clock.running = arguments.mode == "calls";
  run_for(runner, arguments, expected, measured);
  call_clock.running = false;
  const std::uint64_t last_tick = ticks();
  const double nanoseconds = nanoseconds_since(began);
  const double processor = processor_nanoseconds() - processor_began;
  const double per_tick =
      nanoseconds / static_cast<double>(last_tick - first_tick);
  const double served =
      static_cast<double>(measured.passes) * static_cast<double>(requests);
  print("requests", served);
  print("nanoseconds", nanoseconds);
  print("processor_nanoseconds", processor);
  print("requests_per_second", served / processor * 1e9);
  print("rss_mean",
        measured.resident_sum / static_cast<double>(measured.passes));
  print("rss_peak", static_cast<double>(peak_resident()));
  print("page_faults", static_cast<double>(page_faults() - faults) / served);
  print("clock_floor", clock_floor() * per_tick);
  print("clock_step", clock_step() * per_tick);
  if (measured.requests.count() != 0)
    print_quantiles("request", measured.requests, per_tick);
  if (call_clock.calls.count() != 0) {
    print_quantiles("call", call_clock.calls, per_tick);
    print("calls", static_cast<double>(call_clock.calls.count()) / served);
  }
}

// The problems that need no server. False: the mode is none of them.
bool run_problem(const Arguments& arguments) {
  constexpr std::pair<const char*, void (*)(const Arguments&)> problems[] = {
      {"apart", run_churn},
      {"together", run_churn},
      {"tight", run_tight},
      {"contend", run_contention},
      {"connections", run_connections},
      {"trees", run_trees},
      {"lifetime", run_lifetime}};
  for (const auto& [mode, run_it] : problems) {
    if (arguments.mode != mode)
      continue;
    std::printf("malloc %s\n", malloc_file().c_str());
    run_it(arguments);
    return true;
  }
  return false;
}

int run(const Arguments& arguments) {
  if (run_problem(arguments))
    return 0;
  const server::Site* const site =
      server::load_site(arguments.corpus + "/site");
  const auto corpus = server::load_corpus(arguments.corpus);
  const std::unique_ptr<Runner> runner = make_runner(
      arguments.style, arguments.mode == "calls" ? Calls::timed : Calls::plain,
      *site, corpus);
  std::printf("malloc %s\n", malloc_file().c_str());
  std::printf("corpus %zu\n", corpus.size());
  if (arguments.mode == "check")
    return check(*runner, corpus);
  const bool reading =
      arguments.mode == "read" || arguments.mode == "count-read";
  std::uint64_t expected = 0;
  for (int i = 0; i < warm_passes; ++i)
    expected = reading ? runner->reading_pass() : runner->pass();
  Floor::mark();
  if (arguments.mode == "day") {
    const auto live = arguments.style == "heap" ? run_day_over_heap : run_day;
    live(*runner, corpus.size(), arguments.amount);
  } else if (arguments.mode.starts_with("count")) {
    if (tarn_measured_passes(runner.get(), arguments.amount, reading) !=
        expected)
      throw std::runtime_error("the answers of one pass differ from the last");
  } else {
    measure(*runner, arguments, corpus.size(), expected);
  }
  std::printf("checksum %016" PRIx64 "\n", expected);
  return 0;
}

}  // namespace
}  // namespace tarn::compare

int main(int count, char** words) {
  if (count != 5) {
    std::fputs("error this program is run by tarn compare\n", stdout);
    return 2;
  }
  try {
    return tarn::compare::run(
        {words[1], words[2], words[3], std::atoi(words[4])});
  } catch (const std::exception& exception) {
    std::printf("error %s\n", exception.what());
    return 1;
  }
}
