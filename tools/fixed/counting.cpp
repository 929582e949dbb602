// counting.cpp - the phase of instructions.
//
// SPDX-License-Identifier: MIT
#include "common/elf_file.hpp"
#include "fixed/comparison.hpp"
#include "fixed/memory_file.hpp"
#include "fixed/worker_run.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

namespace tarn::compare::fixed {
namespace {

// What was counted of one call of one fit.
struct Counted {
  double sum = 0;
  double most = 0;
  double most_of_comb = 0;
  int calls = 0;
};

struct CountedFit {
  std::map<std::string, Counted> calls;
  std::set<std::string> functions;
};

// The worker said in a line which call comes next; callgrind has them in the
// same order.
std::map<std::string, CountedFit> counted_fits(
    const std::string& said, const std::vector<CountedCall>& calls) {
  std::map<std::string, CountedFit> all;
  std::istringstream lines(said);
  std::string fit;
  std::size_t at = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto [key, call] = split(line);
    const bool is_comb = key == "count comb";
    if (!is_comb && key != "count device" && key != "count random") {
      fit = line.substr(std::strlen("count "));
      continue;
    }
    if (at == calls.size())
      break;
    const CountedCall& one = calls[at++];
    const auto instructions = static_cast<double>(one.instructions);
    CountedFit& of = all[fit];
    of.functions.insert(one.functions.begin(), one.functions.end());
    Counted& sum = of.calls[call];
    double& most = is_comb ? sum.most_of_comb : sum.most;
    most = std::max(most, instructions);
    if (is_comb)
      continue;
    sum.sum += instructions;
    ++sum.calls;
  }
  return all;
}

double bytes_of(const std::set<std::string>& functions,
                const Symbols& symbols) {
  std::uint64_t bytes = 0;
  for (const std::string& function : functions)
    if (const auto found = symbols.find(function); found != symbols.end())
      bytes += found->second;
  return static_cast<double>(bytes);
}

}  // namespace

bool Comparison::count() {
  if (run_worker({"valgrind", "--version"}).exit_code != 0)
    return false;
  progress_.begin("counting instructions", 1);
  progress_.step("all fits");
  const MemoryFile profile;
  Words words{"valgrind", "--tool=callgrind",
              "--callgrind-out-file=" + profile.path()};
  const Symbols symbols = function_sizes(plan_.worker);
  for (const std::string& option : counting_options(symbols))
    words.push_back(option);
  for (const std::string& word :
       {plan_.worker, std::string("count"), std::to_string(plan_.heap_bytes),
        std::to_string(plan_.counted_calls)})
    words.push_back(word);
  for (const Contender& one : contenders_)
    if (one.runs())
      words.push_back(one.name);
  const ChildResult result = run_worker(words);
  if (result.exit_code == 0)
    take_counted(result.out, profile.path(), symbols);
  else
    progress_.say("instructions are not counted: valgrind " +
                  how_it_ended(result));
  return true;
}

void Comparison::take_counted(const std::string& said,
                              const std::string& profile,
                              const Symbols& symbols) {
  std::ifstream file(profile);
  std::map<std::string, CountedFit> counted =
      counted_fits(said, read_counted_calls(file));
  for (Contender& one : contenders_) {
    const CountedFit& of = counted[one.name];
    for (const auto& [call, sum] : of.calls) {
      if (sum.calls == 0)
        continue;
      one.figures[call + "_instructions_mean"].add(sum.sum / sum.calls);
      one.figures[call + "_instructions_most"].add(sum.most);
      one.figures[call + "_instructions_comb"].add(sum.most_of_comb);
    }
    // A library's functions are in no table of ours.
    const double bytes = bytes_of(of.functions, symbols);
    if (bytes != 0 && one.kind != Kind::peer)
      one.figures["code_bytes"].add(bytes);
  }
}

}  // namespace tarn::compare::fixed
