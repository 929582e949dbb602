// verdict.cpp - who differs from the base, and how that is said.
//
// SPDX-License-Identifier: MIT
#include "program/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tarn::program {
namespace {

using compare::finding;
using compare::rounds_to_be_sure;

struct Compared {
  const Candidate* candidate;
  Difference difference;
  Finding finding;
};

/// Everybody against the base, in one aspect.
struct Comparison {
  const Candidate& base;
  const Aspect& aspect;
  std::vector<Compared> compared;
};

Comparison compare(const std::vector<Candidate>& all, const Aspect& aspect,
                   const Question& question) {
  Comparison comparison{*base_of(all), aspect, {}};
  if (aspect.figure.empty())
    return comparison;
  for (const Candidate& one : all)
    if (&one != &comparison.base && one.runs())
      comparison.compared.push_back(
          {&one, difference_of(comparison.base, one, aspect.figure),
           Finding::none});
  const std::size_t family =
      question.differences(comparison.compared.size() + 1);
  for (Compared& one : comparison.compared)
    one.finding = finding(one.difference, family);
  return comparison;
}

// "12" and "0.4": without a sign, a digit behind the point for what is small.
std::string percent(double share) {
  char text[32];
  const double value = std::abs(share) * 100;
  std::snprintf(text, sizeof text, value < 9.95 ? "%.1f" : "%.0f", value);
  return text;
}

std::string amount(const Difference& difference, const std::string& noun) {
  return percent(difference.size()) + " % " +
         (difference.ratio < 1 ? "less " : "more ") + noun;
}

// " (11 to 13 %, 20 rounds)"
std::string certainty(const Difference& difference) {
  double near = difference.lowest - 1;
  double far = difference.highest - 1;
  if (difference.ratio < 1)
    std::swap(near, far);
  const auto signed_percent = [&](double bound) {
    const bool other_side = (bound > 0) != (difference.ratio > 1);
    return (other_side ? "-" : "") + percent(bound);
  };
  return " (" + signed_percent(near) + " to " + signed_percent(far) + " %, " +
         std::to_string(difference.rounds) + " rounds)";
}

std::string verb_for(const Aspect& aspect) {
  return aspect.noun.ends_with("time") ? " takes " : " has ";
}

bool is_better(const Difference& difference, Better better) {
  return better == Better::unknown ||
         (better == Better::more) == (difference.ratio > 1);
}

const Compared* best_of(const Comparison& comparison, Finding wanted) {
  const Compared* best = nullptr;
  for (const Compared& one : comparison.compared)
    if (one.finding == wanted &&
        is_better(one.difference, comparison.aspect.better) &&
        (best == nullptr || one.difference.size() > best->difference.size()))
      best = &one;
  return best;
}

// "PROGRAM takes 12 % less time with jemalloc than with the system's malloc (11
// to 13 %, 20 rounds)"
std::string gain(const Comparison& comparison, const Compared& best,
                 const Question& question) {
  return question.program + verb_for(comparison.aspect) +
         amount(best.difference, comparison.aspect.noun) + " with " +
         best.candidate->name + " than with " + comparison.base.name +
         certainty(best.difference);
}

// "4 % more time with jemalloc (3 to 5 %, 20 rounds), ..."
std::string losses(const Comparison& comparison) {
  std::string list;
  for (const Compared& one : comparison.compared)
    if (one.finding == Finding::sure)
      list += (list.empty() ? "" : ", ") +
              amount(one.difference, comparison.aspect.noun) + " with " +
              one.candidate->name + certainty(one.difference);
  return list;
}

// ", and 8 % more memory at its peak"
std::string memory_with(const Comparison& memory, const Candidate& winner) {
  for (const Compared& one : memory.compared)
    if (one.candidate == &winner)
      return one.finding == Finding::sure
                 ? ", and " + amount(one.difference, memory.aspect.noun)
                 : ", and no difference in " + memory.aspect.noun +
                       " that these rounds could tell";
  return "";
}

// "; with tcmalloc it has 12 % less memory at its peak"
std::string least_memory(const Comparison& memory) {
  const Compared* const best = best_of(memory, Finding::sure);
  return best == nullptr ? ""
                         : "; with " + best->candidate->name + " it has " +
                               amount(best->difference, memory.aspect.noun);
}

// How far apart any two can still be.
std::string apart(const Comparison& comparison) {
  double most = 0;
  std::size_t rounds = 0;
  for (const Compared& one : comparison.compared) {
    most =
        std::max({most, one.difference.highest - 1, 1 - one.difference.lowest});
    rounds = one.difference.rounds;
  }
  return "that " + std::to_string(rounds) + " rounds could tell (" +
         percent(most) + " % apart at most)";
}

std::string seeming(const Comparison& comparison, const Compared& one,
                    const Question& question) {
  const std::size_t family =
      question.differences(comparison.compared.size() + 1);
  return question.program + " seems to have " +
         amount(one.difference, comparison.aspect.noun) + " with " +
         one.candidate->name + " than with " + comparison.base.name + ", but " +
         std::to_string(one.difference.rounds) +
         " rounds are too few to be sure: --runs " +
         std::to_string(rounds_to_be_sure(family)) + " may tell";
}

// "" when there is no difference in this aspect.
std::string differing(const Comparison& comparison, const Comparison& memory,
                      const Question& question) {
  if (const Compared* const best = best_of(comparison, Finding::sure))
    return gain(comparison, *best, question) +
           memory_with(memory, *best->candidate);
  if (const std::string list = losses(comparison); !list.empty())
    return question.program + verb_for(comparison.aspect) + list +
           " than with " + comparison.base.name + ", and no malloc is better" +
           least_memory(memory);
  return "";
}

std::string whole_sentence(const std::vector<Candidate>& all,
                           const Question& question) {
  const Comparison first = compare(all, question.first, question);
  const Comparison second = compare(all, question.second, question);
  const Comparison memory = compare(all, question.memory, question);
  if (const std::string found = differing(first, memory, question);
      !found.empty())
    return found;
  const std::string nothing =
      "no difference in " + question.first.noun + " " + apart(first);
  if (const std::string found = differing(second, memory, question);
      !found.empty())
    return nothing + ", but " + found;
  for (const Comparison* const one : {&first, &second})
    if (const Compared* const best = best_of(*one, Finding::seems))
      return seeming(*one, *best, question);
  return nothing + least_memory(memory);
}

}  // namespace

const Candidate* base_of(const std::vector<Candidate>& all) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [](auto& one) { return one.runs(); });
  return found == all.end() ? nullptr : &*found;
}

Difference difference_of(const Candidate& base, const Candidate& other,
                         const std::string& figure) {
  const auto base_found = base.figures.find(figure);
  const auto other_found = other.figures.find(figure);
  if (base_found == base.figures.end() || other_found == other.figures.end())
    return {};
  return compare::difference(base_found->second.values(),
                             other_found->second.values());
}

std::string verdict(const std::vector<Candidate>& all,
                    const Question& question) {
  const Candidate* const base = base_of(all);
  if (base == nullptr)
    return "there is none: no malloc is left.";
  const auto running = std::count_if(all.begin(), all.end(),
                                     [](auto& one) { return one.runs(); });
  if (running < 2)
    return "there is none: only " + base->name +
           " is left, and nothing to compare it with.";
  if (base->figures.find(question.first.figure) == base->figures.end())
    return "there is none: no round was finished.";
  return whole_sentence(all, question) + ".";
}

}  // namespace tarn::program
