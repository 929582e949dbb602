// rounds.cpp - rehearsal, number of rounds, rounds.
//
// SPDX-License-Identifier: MIT
#include "program/rounds.hpp"

#include "common/elf_file.hpp"
#include "common/refusal.hpp"
#include "common/significance.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <utility>

namespace tarn::program {
namespace {

using compare::Refusal;
using compare::rounds_to_be_sure;

struct Allowance {
  double wanted_seconds;   // rounds are added as long as they fit
  double longest_seconds;  // rounds that would tell are left out beyond
  int most_rounds;
};

Allowance allowance_for(compare::Effort effort) {
  switch (effort) {
    case compare::Effort::quick:
      return {15, 60, 20};
    case compare::Effort::usual:
      return {60, 600, 30};
    case compare::Effort::full:
      return {300, 3600, 100};
  }
  return {};
}

// Fewer cannot even seem to tell.
constexpr int least_rounds = 3;
// More than can just be sure: one round may go the other way.
constexpr int spare_rounds = 2;

std::string span_of(double seconds) {
  const auto minutes = static_cast<int>(std::lround(seconds / 60));
  if (seconds < 100)
    return std::to_string(static_cast<int>(std::ceil(seconds))) + " s";
  return std::to_string(minutes) + " minutes";
}

// Sentences that differ in numbers only are said once.
std::string without_numbers(std::string sentence) {
  std::erase_if(sentence, [](char letter) {
    return std::isdigit(static_cast<unsigned char>(letter)) != 0;
  });
  return sentence;
}

}  // namespace

Rounds::Rounds(const Stage& stage, std::vector<Candidate> candidates, Way& way,
               compare::Progress& progress)
    : stage_(stage),
      candidates_(std::move(candidates)),
      way_(way),
      progress_(progress) {}

void Rounds::rehearse() {
  progress_.begin("rehearsing, once with each malloc", candidates_.size());
  Answers answers;
  for (Candidate& candidate : candidates_) {
    if (!candidate.runs())
      continue;
    progress_.step(candidate.name);
    const auto began = std::chrono::steady_clock::now();
    const Outcome outcome = run(candidate, answers.path());
    note_others(candidate, answers.take());
    if (!outcome.failure.empty()) {
      fail(candidate, outcome);
      continue;
    }
    round_seconds_ +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began)
            .count();
    if (load_.empty())
      load_ = outcome.load;
    for (const std::string& sentence : outcome.notes)
      note(candidate, sentence);
  }
}

void Rounds::measure(int asked, compare::Effort effort) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < candidates_.size(); ++i)
    if (candidates_[i].runs())
      order.push_back(i);
  const int rounds = rounds_for(asked, effort);
  progress_.begin("measuring, " + std::to_string(rounds) + " rounds of " +
                      std::to_string(order.size()) + " runs, about " +
                      span_of(rounds * round_seconds_),
                  static_cast<std::size_t>(rounds) * order.size());
  while (count_ < rounds) {
    std::shuffle(order.begin(), order.end(), random_);
    round(order);
    ++count_;
  }
}

int Rounds::rounds_for(int asked, compare::Effort effort) const {
  if (asked > 0)
    return asked;
  const Allowance allowed = allowance_for(effort);
  const auto running =
      std::count_if(candidates_.begin(), candidates_.end(),
                    [](const Candidate& one) { return one.runs(); });
  const int sure = static_cast<int>(rounds_to_be_sure(
                       static_cast<std::size_t>(running) - 1)) +
                   spare_rounds;
  const double each = std::max(round_seconds_, 1e-3);
  const int wanted = static_cast<int>(
      std::min<double>(allowed.wanted_seconds / each, allowed.most_rounds));
  const int possible = static_cast<int>(
      std::min<double>(allowed.longest_seconds / each, allowed.most_rounds));
  if (possible >= sure)
    return std::max(wanted, sure);
  const int rounds = std::max(possible, least_rounds);
  progress_.say("a round takes " + span_of(each) + ", so that only " +
                std::to_string(rounds) +
                " are measured, which can hint but not be sure: " +
                std::to_string(sure) + " could, with --runs " +
                std::to_string(sure) + " (" + span_of(sure * each) + ")");
  return rounds;
}

// All of it or, when it is interrupted, nothing.
void Rounds::round(std::vector<std::size_t>& order) {
  std::vector<std::pair<std::size_t, Outcome>> outcomes;
  for (const std::size_t i : order) {
    progress_.step(candidates_[i].name);
    outcomes.emplace_back(i, run(candidates_[i], ""));
  }
  for (const auto& [i, outcome] : outcomes) {
    if (outcome.failure.empty())
      take(candidates_[i], outcome);
    else
      fail(candidates_[i], outcome);
  }
  std::erase_if(order,
                [this](std::size_t i) { return !candidates_[i].runs(); });
  if (order.empty())
    throw Refusal(compare::exit_nothing,
                  "it ends badly with every malloc, which was said above: "
                  "nothing is compared");
}

Outcome Rounds::run(const Candidate& candidate, const std::string& probe) {
  Outcome outcome = way_.run(stage_.start(candidate, probe));
  // A figure that is missing once would shift its neighbours in time.
  for (const LoadFigure& wanted : load_) {
    const bool found = std::any_of(
        outcome.load.begin(), outcome.load.end(),
        [&wanted](const LoadFigure& one) { return one.name == wanted.name; });
    if (outcome.failure.empty() && !found)
      outcome.failure =
          "was loaded without telling: the load command said no " + wanted.name;
  }
  return outcome;
}

void Rounds::fail(Candidate& candidate, const Outcome& outcome) {
  candidate.failure = outcome.failure;
  candidate.last_words = outcome.last_words;
}

void Rounds::note(Candidate& candidate, const std::string& sentence) {
  const auto same = [&sentence](const std::string& other) {
    return without_numbers(other) == without_numbers(sentence);
  };
  if (std::none_of(candidate.notes.begin(), candidate.notes.end(), same))
    candidate.notes.push_back(sentence);
}

void Rounds::take(Candidate& candidate, const Outcome& outcome) {
  for (const auto& [name, value] : outcome.figures)
    candidate.figures[name].add(value);
  for (const LoadFigure& figure : outcome.load)
    candidate.figures[figure.name].add(figure.value);
  candidate.outputs.insert(outcome.output);
  candidate.resident = outcome.resident;
  for (const std::string& sentence : outcome.notes)
    note(candidate, sentence);
}

// A script runs programs, and a program others.
void Rounds::note_others(Candidate& candidate,
                         const std::vector<Answers::Answer>& answers) {
  for (const Answers::Answer& answer : answers) {
    const auto elf = compare::read_elf(answer.program);
    const std::string name = file_name(answer.program);
    if (elf && elf->has_malloc)
      note(candidate, name + ", which it runs, has a malloc of its own");
    else if (file_name(answer.library) != file_name(candidate.served_by))
      note(candidate,
           name + ", which it runs, calls the malloc of " + answer.library);
  }
}

}  // namespace tarn::program
