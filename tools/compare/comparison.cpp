// comparison.cpp - the phases, and what becomes of a worker that fails.
//
// SPDX-License-Identifier: MIT
#include "compare/comparison.hpp"

#include "common/surroundings.hpp"
#include "compare/objects.hpp"
#include "compare/verdict.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <sstream>
#include <utility>

namespace tarn::compare {
namespace {

const std::string floor_library = "libtarn-malloc-floor.so";

// A worker that takes longer than this hangs.
constexpr int patience_seconds = 600;

std::vector<Contender> contenders_of(const Plan& plan) {
  std::vector<Contender> all;
  const std::string floor = plan.tools + "/" + floor_library;
  const auto add = [&all](Code code, Kind kind, std::string memory,
                          std::string style, std::string preload) {
    all.push_back(
        {code, kind, std::move(memory), std::move(style), std::move(preload)});
  };
  for (const Allocator& one : plan.allocators)
    add(Code::ordinary, Kind::malloc, one.name, "ordinary", one.path);
  add(Code::ordinary, Kind::floor, "bump, never frees", "ordinary", floor);
  for (const Allocator& one : plan.allocators)
    add(Code::pool, Kind::malloc, one.name, "pmr", one.path);
  add(Code::pool, Kind::heap, "tarn Heap", "heap", "");
  add(Code::pool, Kind::tarn, "tarn Region", "region", "");
  add(Code::pool, Kind::peer, "APR pool", "apr", "");
  add(Code::pool, Kind::peer, "monotonic, 64 KiB buffer", "monotonic-buffer",
      "");
  add(Code::pool, Kind::peer, "monotonic", "monotonic", "");
  add(Code::pool, Kind::floor, "bump, never frees", "pmr", floor);
  add(Code::ordinary, Kind::reading, "only reading", "ordinary", "");
  add(Code::pool, Kind::reading, "only reading", "region", "");
  return all;
}

Report parse(const std::string& text) {
  Report report;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    const std::size_t space = line.find(' ');
    report.emplace(line.substr(0, space),
                   space == std::string::npos ? "" : line.substr(space + 1));
  }
  return report;
}

std::string value_of(const Report& report, const std::string& key) {
  const auto found = report.find(key);
  return found == report.end() ? "" : found->second;
}

std::string how_it_ended(const ChildResult& result) {
  if (result.too_slow)
    return "did not end within " + std::to_string(patience_seconds) + " s";
  if (result.signal != 0)
    return std::string("crashed (") + strsignal(result.signal) + ")";
  if (result.exit_code < 0)
    return "could not be started (" + result.errors + ")";
  return "ended with exit code " + std::to_string(result.exit_code);
}

// "==123== Collected : 456" among what callgrind writes.
double collected(const std::string& text) {
  constexpr std::string_view label = "Collected : ";
  const std::size_t at = text.rfind(label);
  return at == std::string::npos
             ? 0
             : std::strtod(text.c_str() + at + label.size(), nullptr);
}

}  // namespace

void set_rounds(Plan& plan, std::size_t contenders) {
  // Starting a worker and warming it up.
  constexpr int start_milliseconds = 80;
  // Serving all rounds: what is left of the first minute after the check.
  constexpr int serving_milliseconds = 45'000;
  constexpr int least_milliseconds = 50;
  if (plan.effort == Effort::quick) {
    plan.milliseconds = least_milliseconds;
    plan.call_rounds = 1;
    plan.call_milliseconds = 100;
    plan.counted_passes = 1;
    plan.days = 1;
    plan.contest_milliseconds = 300;
    plan.uploads = 200'000;
    plan.object_milliseconds = 25;
  }
  if (plan.effort == Effort::full) {
    plan.rounds = 21;
    plan.milliseconds = 1000;
    plan.duel_rounds = 60;
    plan.duel_milliseconds = 500;
    plan.call_rounds = 9;
    plan.call_milliseconds = 1000;
    plan.counted_passes = 10;
    plan.days = 9;
    plan.busiest_hour = 20'000;
    plan.seasons = 72;
    plan.contest_milliseconds = 8000;
    plan.object_rounds = 30;
    plan.object_milliseconds = 500;
  }
  if (plan.most_rounds != 0) {
    plan.rounds = std::min(plan.rounds, plan.most_rounds);
    plan.duel_rounds = std::min(plan.duel_rounds, plan.most_rounds);
    plan.object_rounds = std::min(plan.object_rounds, plan.most_rounds);
    plan.seasons = std::min(plan.seasons, plan.most_rounds);
  }
  if (plan.effort == Effort::full)
    return;
  const int share =
      serving_milliseconds / plan.rounds / static_cast<int>(contenders) -
      start_milliseconds;
  plan.milliseconds =
      std::max(least_milliseconds, std::min(plan.milliseconds, share));
}

Comparison::Comparison(const Plan& plan, Progress& progress)
    : plan_(plan),
      progress_(progress),
      contenders_(contenders_of(plan)),
      lifetime_{Code::ordinary, Kind::malloc, "one handler in C", "c", ""},
      objects_(object_contenders(plan)) {
  set_rounds(plan_, contenders_.size());
}

void Comparison::check() {
  progress_.begin("checking that all give the same answers",
                  contenders_.size());
  std::string first_answers;
  std::string first_name;
  each([&](Contender& contender) {
    if (contender.kind == Kind::reading)
      return;
    const Report report = run(contender, "tarn-worker", "check", 0, false);
    if (!contender.runs())
      return;
    requests_ = static_cast<std::size_t>(
        std::strtoul(value_of(report, "corpus").c_str(), nullptr, 10));
    std::string answers;
    const auto [begin, end] = report.equal_range("answer");
    for (auto one = begin; one != end; ++one)
      answers += one->second + "\n";
    if (first_answers.empty()) {
      first_answers = answers;
      first_name = contender.name();
    }
    if (answers != first_answers)
      throw DifferentAnswers(contender.name() + " and " + first_name +
                             " answer differently: nothing can be compared");
  });
}

void Comparison::serve() {
  progress_.begin("serving",
                  contenders_.size() * static_cast<std::size_t>(plan_.rounds));
  for (int round = 0; round < plan_.rounds; ++round) {
    each_in_disorder([&](Contender& contender) {
      const bool reading = contender.kind == Kind::reading;
      const Report report =
          run(contender, "tarn-worker", reading ? "read" : "time",
              plan_.milliseconds, false);
      take(contender, report,
           {"requests_per_second", "request_p50", "request_p90", "request_p99",
            "request_p999", "request_p9999", "request_max", "rss_mean",
            "rss_peak", "page_faults"});
    });
  }
  keep_better_monotonic();
}

void Comparison::duel() {
  std::vector<std::size_t> order = rivals_of(contenders_);
  const auto steps = order.size() * static_cast<std::size_t>(plan_.duel_rounds);
  for (int look = 0; look < looks; ++look) {
    if (look != 0 && is_decided(contenders_))
      return;
    progress_.begin(look == 0 ? "serving by the fastest only"
                              : "serving by them again, to be sure",
                    steps);
    for (int round = 0; round < plan_.duel_rounds; ++round) {
      std::shuffle(order.begin(), order.end(), order_);
      for (const std::size_t i : order)
        // Without its neighbours in time a round is none.
        if (!duel_once(contenders_[i]))
          return;
    }
  }
}

bool Comparison::duel_once(Contender& contender) {
  progress_.step(contender.name());
  const Report report =
      run(contender, "tarn-worker", "time", plan_.duel_milliseconds, false);
  if (contender.runs())
    contender.figures[duel_rate].add(
        std::strtod(value_of(report, "requests_per_second").c_str(), nullptr));
  return contender.runs();
}

void Comparison::call() {
  progress_.begin(
      "timing each call",
      contenders_.size() * static_cast<std::size_t>(plan_.call_rounds));
  for (int round = 0; round < plan_.call_rounds; ++round) {
    each([&](Contender& contender) {
      if (contender.kind == Kind::reading)
        return;
      const Report report = run(contender, "tarn-worker-timed", "calls",
                                plan_.call_milliseconds, false);
      take(contender, report,
           {"call_p50", "call_p90", "call_p99", "call_p999", "call_p9999",
            "call_max", "calls", "clock_floor", "clock_step"});
    });
  }
}

bool Comparison::count() {
  if (run_child({"valgrind", "--version"}, "", patience_seconds).exit_code != 0)
    return false;
  progress_.begin("counting instructions", contenders_.size());
  each([&](Contender& contender) {
    const bool reading = contender.kind == Kind::reading;
    const Report report =
        run(contender, "tarn-worker", reading ? "count-read" : "count",
            plan_.counted_passes, true);
    if (!report.empty())
      contender.instructions = collected(instructions_said_) /
                               plan_.counted_passes /
                               static_cast<double>(requests_);
  });
  return true;
}

void Comparison::each(const std::function<void(Contender&)>& act) {
  for (Contender& contender : contenders_) {
    if (!contender.runs())
      continue;
    progress_.step(contender.name());
    act(contender);
  }
}

void Comparison::each_in_disorder(const std::function<void(Contender&)>& act) {
  std::vector<std::size_t> order(contenders_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), order_);
  for (const std::size_t i : order) {
    if (!contenders_[i].runs())
      continue;
    progress_.step(contenders_[i].name());
    act(contenders_[i]);
  }
}

std::vector<std::string> Comparison::words_for(const Contender& contender,
                                               const std::string& worker,
                                               const std::string& mode,
                                               int amount) const {
  return {plan_.tools + "/" + worker, plan_.corpus, contender.style, mode,
          std::to_string(amount)};
}

Report Comparison::run(Contender& contender, const std::string& worker,
                       const std::string& mode, int amount, bool counted) {
  std::vector<std::string> words;
  if (counted)
    words = {"valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
             "--toggle-collect=tarn_measured_passes"};
  for (const std::string& word : words_for(contender, worker, mode, amount))
    words.push_back(word);
  const ChildResult result =
      run_child(words, contender.preload, patience_seconds);
  instructions_said_ = result.errors;
  return digest(contender, result);
}

Report Comparison::digest(Contender& contender, const ChildResult& result) {
  if (interrupted())
    throw Interrupted();
  Report report = parse(result.out);
  const std::string error = value_of(report, "error");
  contender.malloc_file = value_of(report, "malloc");
  if (result.exit_code == 1 && !error.empty())
    fail(contender, error);
  else if (result.exit_code != 0)
    fail(contender, how_it_ended(result));
  else if (!contender.preload.empty() &&
           !same_file(contender.malloc_file, contender.preload))
    fail(contender,
         "was not loaded: malloc came from " + contender.malloc_file);
  if (!contender.runs())
    return {};
  return report;
}

void Comparison::fail(Contender& contender, const std::string& why) {
  contender.failure = why;
  progress_.say(contender.name() + ": " + why +
                "; the others are compared without it");
}

void Comparison::take(Contender& contender, const Report& report,
                      const std::vector<std::string>& figures) {
  for (const std::string& figure : figures)
    if (const auto found = report.find(figure); found != report.end())
      contender.figures[figure].add(
          std::strtod(found->second.c_str(), nullptr));
  if (contender.kind == Kind::reading || report.empty())
    return;
  contender.checksum = value_of(report, "checksum");
  for (const Contender& other : contenders_)
    if (!other.checksum.empty() && other.checksum != contender.checksum)
      throw DifferentAnswers(contender.name() + " and " + other.name() +
                             " answer differently: nothing can be compared");
}

// Of the two forms of std::pmr::monotonic_buffer_resource the faster one goes
// on; a form that failed has lost.
void Comparison::keep_better_monotonic() {
  const auto slower = [](const Contender& one, const Contender& other) {
    return one.median("requests_per_second") <
           other.median("requests_per_second");
  };
  std::vector<Contender*> forms;
  for (Contender& contender : contenders_)
    if (contender.style.starts_with("monotonic") && contender.runs())
      forms.push_back(&contender);
  if (forms.size() != 2)
    return;
  const Contender* const lost =
      slower(*forms[0], *forms[1]) ? forms[0] : forms[1];
  contenders_.erase(contenders_.begin() + (lost - contenders_.data()));
}

}  // namespace tarn::compare
