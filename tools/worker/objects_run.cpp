// objects_run.cpp - rounds of objects and trees, each between two of a raw
// loop.
//
// SPDX-License-Identifier: MIT
#include "worker/connections.hpp"
#include "worker/line.hpp"
#include "worker/objects.hpp"
#include "worker/process.hpp"
#include "worker/quantile.hpp"
#include "worker/race.hpp"
#include "worker/trees.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace tarn::compare {
namespace {

using Clock = std::chrono::steady_clock;

// Trees that each thread builds before all of them end.
constexpr std::size_t trees_at_once = 16;
// Steps that belong together; each round closes what it opened.
constexpr std::size_t steps_at_once = 500;
// Of the steps that are timed one by one, for each thread.
constexpr std::size_t timed_steps = 100'000;

void print_race(const std::string& what, const Race& rounds) {
  print(what + "_alone", median_of(rounds.alone));
  print(what + "_counted", static_cast<double>(rounds.all.size()));
  if (rounds.all.empty())
    return;
  print(what + "_all", median_of(rounds.all));
  print(what + "_scaling", median_of(rounds.scaling));
  print(what + "_of_raw", median_of(rounds.of_raw));
}

// Opening and closing, timed on all cores at once.
template <class Way>
void time_each(Way& way, Team& all) {
  std::vector<Histogram> times(all.size());
  const std::uint64_t first = ticks();
  const Clock::time_point began = Clock::now();
  static_cast<void>(all.run([&](std::size_t member) {
    static_cast<void>(connect(way, timed_steps, member + 1, &times[member]));
  }));
  const double per_tick =
      std::chrono::duration<double, std::nano>(Clock::now() - began).count() /
      static_cast<double>(ticks() - first);
  for (std::size_t i = 1; i < times.size(); ++i)
    times[0].add_all(times[i]);
  print_quantiles("connections", times[0], per_tick);
}

template <class Way>
void connect_all(int milliseconds) {
  const Clock::time_point end =
      Clock::now() + std::chrono::milliseconds(milliseconds);
  Way way;
  Team alone(1);
  Team all(cores());
  std::vector<double> rates;
  Line line(
      [&way](std::size_t member, std::size_t steps) {
        static_cast<void>(
            connect(way, steps * steps_at_once, member + 1, nullptr));
      },
      alone, all);
  reset_peak();
  const Race rounds = race(alone, all, end, [&] {
    const double before = processor_nanoseconds();
    Line::Round round = line.round();
    const auto steps = static_cast<double>(line.amount() * steps_at_once);
    rates.push_back(steps * static_cast<double>(1 + all.size()) /
                    (processor_nanoseconds() - before) * 1e9);
    round.alone *= steps_at_once;
    round.all *= steps_at_once;
    return round;
  });
  print("connections_rate", median_of(rates));
  print_race("connections", rounds);
  time_each(way, all);
  print("connections_peak", static_cast<double>(peak_resident()));
}

/// What one way builds: a list of trees for each member.
template <class Way>
class Grove {
 public:
  Grove(Team& alone, Team& all) : alone_(alone), all_(all) {}

  /// And the nanoseconds a node that the end of what all built takes.
  [[nodiscard]] Line::Round round(std::vector<double>& ends) {
    const double one = grow(alone_);
    static_cast<void>(end());
    const double together = grow(all_);
    const auto threads = static_cast<double>(all_.size());
    ends.push_back(end() / (nodes_ * threads));
    return {nodes_ / one * 1e9, nodes_ * threads / together * 1e9,
            one / together * threads};
  }

  /// That one member builds.
  [[nodiscard]] double nodes() const noexcept { return nodes_; }

 private:
  struct alignas(128) Member {
    Node* trees = nullptr;
    std::size_t nodes = 0;
  };

  double grow(Team& team) {
    members_.assign(team.size(), {});
    const double took = team.run([this](std::size_t i) {
      Node* trees = nullptr;
      std::size_t nodes = 0;
      std::uint64_t seed = i;
      for (std::size_t k = 0; k < trees_at_once; ++k) {
        Node* const tree = build(way_, depth_of_tree, seed, nodes);
        tree->next = trees;
        trees = tree;
      }
      members_[i] = {trees, nodes};
    });
    nodes_ = static_cast<double>(members_[0].nodes);
    return took;
  }

  // All trees are one list then.
  double end() {
    Node* all = nullptr;
    for (const Member& one : members_) {
      Node* last = one.trees;
      while (last->next != nullptr)
        last = last->next;
      last->next = all;
      all = one.trees;
    }
    const Clock::time_point began = Clock::now();
    way_.end(all);
    return std::chrono::duration<double, std::nano>(Clock::now() - began)
        .count();
  }

  Way way_;
  Team& alone_;
  Team& all_;
  std::vector<Member> members_;
  double nodes_ = 0;
};

template <class Way>
void grow_all(int milliseconds) {
  Team alone(1);
  Team all(cores());
  Grove<Way> grove(alone, all);
  std::vector<double> ends;
  std::vector<double> rates;
  // Fresh memory faults; what comes again does not, once the cache of who ends
  // trees is full.
  const Clock::time_point warm = Clock::now() + std::chrono::milliseconds(100);
  do
    static_cast<void>(grove.round(ends));
  while (Clock::now() < warm);
  ends.clear();
  reset_peak();
  const Clock::time_point end =
      Clock::now() + std::chrono::milliseconds(milliseconds);
  const Race rounds = race(alone, all, end, [&] {
    const double before = processor_nanoseconds();
    const Line::Round round = grove.round(ends);
    rates.push_back(1e9 / (processor_nanoseconds() - before));
    return round;
  });
  print("trees_rate",
        median_of(rates) * grove.nodes() * static_cast<double>(1 + all.size()));
  print_race("trees", rounds);
  print("trees_end", median_of(ends));
  print("trees_peak", static_cast<double>(peak_resident()));
}

}  // namespace

void run_connections(const Arguments& arguments) {
  if (arguments.style == "ordinary")
    return connect_all<NewWay>(arguments.amount);
  if (arguments.style == "heap")
    return connect_all<HeapWay>(arguments.amount);
  if (arguments.style == "anew")
    return connect_all<AnewWay>(arguments.amount);
  if (arguments.style == "kept")
    return connect_all<KeptWay>(arguments.amount);
  throw std::runtime_error("no style named " + arguments.style);
}

void run_trees(const Arguments& arguments) {
  if (arguments.style == "ordinary")
    return grow_all<FreeingWay<MallocBlocks>>(arguments.amount);
  if (arguments.style == "heap")
    return grow_all<FreeingWay<HeapBlocks>>(arguments.amount);
  if (arguments.style == "locked")
    return grow_all<LockedWay>(arguments.amount);
  if (arguments.style == "merged")
    return grow_all<MergedWay>(arguments.amount);
  throw std::runtime_error("no style named " + arguments.style);
}

}  // namespace tarn::compare
