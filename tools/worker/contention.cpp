// contention.cpp - each round of a memory stands between two of a raw one,
// which shares nothing.
//
// SPDX-License-Identifier: MIT
#include "worker/contention.hpp"

#include "worker/jobs.hpp"
#include "worker/line.hpp"
#include "worker/messages.hpp"
#include "worker/process.hpp"
#include "worker/quantile.hpp"
#include "worker/race.hpp"
#include "worker/requests.hpp"
#include "worker/team.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

namespace tarn::compare {
namespace {

// Of the best rate of messages; they waver more.
constexpr double enough_in_pairs = 0.7;

// A second.
double blocks_of(double requests) {
  return requests * static_cast<double>(blocks_of_request);
}

/// One memory: messages from each even thread to the odd one beside it.
template <class Job>
class Pairs {
 public:
  Pairs(const typename Job::Memory& memory, Team& all)
      : memory_(memory), all_(all), rings_(all.size() / 2) {
    for (auto& ring : rings_)
      ring = std::make_unique<Messages<Job>>();
    constexpr std::size_t probe = 200;
    static_cast<void>(send_and_receive(probe));
    const double rate = send_and_receive(probe);
    messages_ = std::max<std::size_t>(
        1, static_cast<std::size_t>(
               rate / static_cast<double>(blocks_of_message * rings_.size()) *
               Line::run_milliseconds / 1e3));
  }

  /// Blocks a second through all pairs.
  [[nodiscard]] double round() { return send_and_receive(messages_); }

 private:
  [[nodiscard]] double send_and_receive(std::size_t messages) {
    const double took = all_.run([&](std::size_t member) {
      if (member / 2 >= rings_.size())
        return;  // an odd one out has no partner
      Messages<Job>& ring = *rings_[member / 2];
      if (member % 2 == 0)
        send<Job>(memory_, ring, messages);
      else
        receive<Job>(ring, messages);
    });
    return static_cast<double>(messages * blocks_of_message * rings_.size()) /
           took * 1e9;
  }

  typename Job::Memory memory_;
  Team& all_;
  std::size_t messages_ = 0;
  std::vector<std::unique_ptr<Messages<Job>>> rings_;
};

std::string numbered(const char* what, std::size_t threads) {
  char text[32];
  std::snprintf(text, sizeof text, "%s_%02zu_", what, threads);
  return text;
}

using Clock = std::chrono::steady_clock;

// Requests by all members of `all`, until `end`.
template <class Job>
void compete(const typename Job::Memory& memory, Team& alone, Team& all,
             Clock::time_point end) {
  Line line(serving<Job>(memory), alone, all);
  const Race rounds = race(alone, all, end, [&] { return line.round(); });
  const std::string key = numbered("threads", all.size());
  print(key + "counted", static_cast<double>(rounds.all.size()));
  if (rounds.all.empty())
    return;
  print(key + "blocks", blocks_of(median_of(rounds.all)));
  print(key + "scaling", median_of(rounds.scaling));
  print(key + "of_raw", median_of(rounds.of_raw));
  print(key + "of_raw_high", quantile_of(rounds.of_raw, 0.75));
}

// Messages in pairs, until `end`. A round counts where the raw one did well
// before and after it, against the best of this run.
template <class Job>
void compete_in_pairs(const typename Job::Memory& memory, Team& all,
                      Clock::time_point end) {
  Pairs<Job> pairs(memory, all);
  Pairs<RawMessageJob> raw({}, all);
  std::vector<double> here;
  std::vector<double> around{raw.round()};
  while (Clock::now() < end) {
    here.push_back(pairs.round());
    around.push_back(raw.round());
  }
  std::vector<double> blocks;
  std::vector<double> ratios;
  const double wanted =
      enough_in_pairs * *std::max_element(around.begin(), around.end());
  for (std::size_t i = 0; i < here.size(); ++i) {
    if (std::min(around[i], around[i + 1]) < wanted)
      continue;
    blocks.push_back(here[i]);
    ratios.push_back(2 * here[i] / (around[i] + around[i + 1]));
  }
  const std::string key = numbered("pairs", all.size());
  print(key + "counted", static_cast<double>(ratios.size()));
  if (ratios.empty())
    return;
  print(key + "blocks", median_of(blocks));
  print(key + "of_raw", median_of(ratios));
}

template <class Job>
void contend(int milliseconds, const typename Job::Memory& memory) {
  const std::chrono::milliseconds budget(milliseconds);
  Team alone(1);
  {
    constexpr int rounds = 25;
    Line line(serving<Job>(memory), alone, alone);
    std::vector<double> blocks;
    for (int round = 0; round < rounds; ++round)
      blocks.push_back(blocks_of(line.round().all));
    print("threads_01_blocks", median_of(blocks));
  }
  for (std::size_t threads = 2; threads <= cores(); threads *= 2) {
    if (threads * 2 > cores())
      threads = cores();
    Team all(threads);
    compete<Job>(memory, alone, all, Clock::now() + budget);
    compete_in_pairs<Job>(memory, all, Clock::now() + budget);
  }
}

}  // namespace

void run_contention(const Arguments& arguments) {
  if (arguments.style == "ordinary")
    return contend<MallocJob>(arguments.amount, {});
  if (arguments.style == "heap")
    return contend<HeapJob>(arguments.amount, {});
  if (arguments.style == "region")
    return contend<RegionJob>(arguments.amount, {});
  if (arguments.style == "apr")
    return contend<AprJob>(arguments.amount, {});
  if (arguments.style.starts_with("monotonic"))
    return contend<MonotonicJob>(arguments.amount, {});
  throw std::runtime_error("no style named " + arguments.style);
}

}  // namespace tarn::compare
