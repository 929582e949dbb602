// results.cpp - what is asked of the rounds, and how they are headed.
//
// SPDX-License-Identifier: MIT
#include "program/results.hpp"

#include "common/machine.hpp"
#include "program/way.hpp"

#include <algorithm>

namespace tarn::program {
namespace {

std::string as_in_a_shell(const std::string& word) {
  const bool plain =
      !word.empty() &&
      word.find_first_of(" \t\n\"';&|<>()$`*?") == std::string::npos;
  return plain ? word : "'" + word + "'";
}

}  // namespace

Question question_of(const Results& results) {
  Question question{results.words.front(),
                    {names::wall, "time", Better::less},
                    {names::processor, "CPU time", Better::less},
                    {names::peak, "memory at its peak", Better::less}};
  if (!results.is_server())
    return question;
  question.memory = {names::mean_rss, "memory on average", Better::less};
  question.first = question.memory;
  question.second = {};
  if (!results.load.empty()) {
    const LoadFigure& said = results.load.front();
    question.first = {said.name, said.name, said.better};
  }
  return question;
}

std::size_t differences_of(const Results& results) {
  const auto running =
      std::count_if(results.candidates.begin(), results.candidates.end(),
                    [](const Candidate& one) { return one.runs(); });
  return running < 2 ? 1
                     : question_of(results).differences(
                           static_cast<std::size_t>(running));
}

std::string subject_of(const Results& results) {
  std::string words;
  for (const std::string& word : results.words)
    words += (words.empty() ? "" : " ") + as_in_a_shell(word);
  return words + (results.is_server() ? ", under " + results.load_command : "");
}

std::string circumstances_of(const Results& results) {
  const compare::Machine machine = compare::this_machine();
  return machine.processor + ", " + std::to_string(machine.cores) + " cores, " +
         machine.kernel + "; medians of " + std::to_string(results.rounds) +
         " interleaved rounds";
}

}  // namespace tarn::program
