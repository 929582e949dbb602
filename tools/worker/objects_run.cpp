// objects_run.cpp - rounds of objects and trees, each between two of a raw
// loop.
//
// SPDX-License-Identifier: MIT
#include "worker/connections.hpp"
#include "worker/line.hpp"
#include "worker/objects.hpp"
#include "worker/process.hpp"
#include "worker/quantile.hpp"
#include "worker/requests.hpp"
#include "worker/trees.hpp"

#include <chrono>
#include <stdexcept>
#include <vector>

namespace tarn::compare {
namespace {

using Clock = std::chrono::steady_clock;

// Of the number of threads: below, the cores were not there.
constexpr double enough = 0.9;
// Trees that each thread builds before all of them end.
constexpr std::size_t trees_at_once = 16;
// Steps that belong together; each round closes what it opened.
constexpr std::size_t steps_at_once = 500;
// Of the steps that are timed one by one, for each thread.
constexpr std::size_t timed_steps = 100'000;

Line raw_line(Team& alone, Team& all) {
  return Line(
      [](std::size_t member, std::size_t requests) {
        serve<RawJob>({}, requests, member * 1000);
      },
      alone, all);
}

/// Rounds of something, and what they say.
class Race {
 public:
  Race(std::string what, Team& alone, Team& all)
      : what_(std::move(what)),
        threads_(all.size()),
        raw_(raw_line(alone, all)) {}

  /// Until `end`; `round` gives a Line::Round.
  template <class Round>
  void run(Clock::time_point end, Round&& round) {
    double before = raw_.round().scaling;
    do {
      const Line::Round here = round();
      const double after = raw_.round().scaling;
      add(here, before, after);
      before = after;
    } while (Clock::now() < end);
  }

  void print_all() const {
    print(what_ + "_alone", median_of(alone_));
    print(what_ + "_counted", static_cast<double>(scaling_.size()));
    if (scaling_.empty())
      return;
    print(what_ + "_all", median_of(all_));
    print(what_ + "_scaling", median_of(scaling_));
    print(what_ + "_of_raw", median_of(of_raw_));
  }

 private:
  void add(const Line::Round& here, double before, double after) {
    alone_.push_back(here.alone);
    const double wanted = enough * static_cast<double>(threads_);
    if (threads_ == 1 || before < wanted || after < wanted)
      return;
    all_.push_back(here.all);
    scaling_.push_back(here.scaling);
    of_raw_.push_back(2 * here.scaling / (before + after));
  }

  std::string what_;
  std::size_t threads_;
  Line raw_;
  std::vector<double> alone_;
  std::vector<double> all_;
  std::vector<double> scaling_;
  std::vector<double> of_raw_;
};

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
  Race race("connections", alone, all);
  race.run(end, [&] {
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
  race.print_all();
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
  const Clock::time_point end =
      Clock::now() + std::chrono::milliseconds(milliseconds);
  Team alone(1);
  Team all(cores());
  Grove<Way> grove(alone, all);
  std::vector<double> ends;
  std::vector<double> rates;
  // Fresh memory faults; what comes again does not.
  static_cast<void>(grove.round(ends));
  ends.clear();
  reset_peak();
  Race race("trees", alone, all);
  race.run(end, [&] {
    const double before = processor_nanoseconds();
    const Line::Round round = grove.round(ends);
    rates.push_back(1e9 / (processor_nanoseconds() - before));
    return round;
  });
  print("trees_rate",
        median_of(rates) * grove.nodes() * static_cast<double>(1 + all.size()));
  race.print_all();
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
