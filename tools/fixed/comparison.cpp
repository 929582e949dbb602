// comparison.cpp - the phases.
//
// SPDX-License-Identifier: MIT
#include "fixed/comparison.hpp"

#include "common/refusal.hpp"
#include "common/words.hpp"
#include "fixed/memory_file.hpp"
#include "fixed/worker_run.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>
#include <sstream>

namespace tarn::compare::fixed {
namespace {

constexpr const char* sequence_ending = "_sequence";

std::vector<Contender> list_fits(const std::string& worker) {
  const ChildResult result = run_worker({worker, "list"});
  if (result.exit_code != 0)
    throw std::runtime_error("tarn-fixed-worker " + how_it_ended(result));
  std::vector<Contender> all;
  std::istringstream lines(result.out);
  for (std::string name, kind;
       std::getline(lines, name) && std::getline(lines, kind);) {
    Contender one;
    one.name = name.substr(std::strlen("fit "));
    one.kind = kind == "bounded"     ? Kind::bounded
               : kind == "unbounded" ? Kind::unbounded
                                     : Kind::peer;
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

Comparison::Comparison(const Plan& plan, Progress& progress)
    : plan_(plan), progress_(progress) {
  std::vector<Contender> all = list_fits(plan_.worker);
  std::vector<std::string> names;
  for (const Contender& one : all)
    names.push_back(one.name);
  for (const std::string& wished : plan_.fits)
    if (std::find(names.begin(), names.end(), wished) == names.end())
      throw Refusal(exit_usage, "there is no fit \"" + wished +
                                    "\"; --fit takes " + list_of(names));
  for (Contender& one : all)
    if (plan_.fits.empty() || std::find(plan_.fits.begin(), plan_.fits.end(),
                                        one.name) != plan_.fits.end())
      contenders_.push_back(std::move(one));
}

std::string Comparison::run(Contender& one, const Words& words) {
  progress_.step(one.name);
  if (!one.runs())
    return "";
  Words all{plan_.worker};
  all.insert(all.end(), words.begin(), words.end());
  all.push_back(one.name);
  const ChildResult result = run_worker(all);
  if (result.exit_code == 0)
    return result.out;
  fail(one, how_it_ended(result));
  return "";
}

void Comparison::fail(Contender& one, const std::string& why) {
  one.failure = why;
  progress_.say(one.name + ": " + why + "; the others are compared without it");
}

// Lines of "key value"; a sequence is a key alone, and lines up to "end".
void Comparison::take(Contender& one, const std::string& said) {
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);) {
    const auto [key, value] = split(line);
    if (value.empty() && key.ends_with(sequence_ending)) {
      std::string& text = one.sequences[key];
      while (std::getline(lines, line)) {
        text += line + "\n";
        if (line == "end")
          break;
      }
    } else if (key.ends_with("_by") || line.find("_by ") != std::string::npos) {
      const std::size_t space = line.find(' ');
      one.by[line.substr(0, space)] = line.substr(space + 1);
    } else {
      one.figures[key].add(std::strtod(value.c_str(), nullptr));
    }
  }
}

void Comparison::time() {
  progress_.begin("timing calls",
                  contenders_.size() * static_cast<std::size_t>(plan_.rounds));
  std::vector<std::size_t> order(contenders_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int round = 0; round < plan_.rounds; ++round) {
    std::shuffle(order.begin(), order.end(), order_);
    for (const std::size_t i : order)
      take(contenders_[i],
           run(contenders_[i], {"time", std::to_string(plan_.heap_bytes),
                                std::to_string(plan_.milliseconds)}));
  }
}

void Comparison::weigh() {
  progress_.begin("weighing blocks", contenders_.size());
  for (Contender& one : contenders_)
    take(one, run(one, {"weigh", std::to_string(plan_.heap_bytes)}));
}

void Comparison::force() {
  progress_.begin("forcing fragmentation", contenders_.size());
  for (Contender& one : contenders_)
    if (one.kind != Kind::peer)
      take(one, run(one, {"force", std::to_string(plan_.live()),
                          std::to_string(plan_.largest()),
                          std::to_string(plan_.tries)}));
}

std::vector<Replayed> replay(const Comparison& comparison,
                             const std::string& text) {
  const MemoryFile file;
  if (!(std::ofstream(file.path()) << text).flush())
    throw std::runtime_error("there is no memory for the sequences");
  std::vector<Replayed> all;
  for (const Contender& one : comparison.contenders()) {
    if (one.kind == Kind::peer)
      continue;
    const ChildResult result =
        run_worker({comparison.plan().worker, "replay", file.path(), one.name});
    if (result.exit_code != 0)
      throw std::runtime_error(one.name + ": " + how_it_ended(result));
    Replayed replayed{one.name, {}};
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);)
      replayed.heaps.push_back(std::strtod(split(line).value.c_str(), nullptr));
    all.push_back(std::move(replayed));
  }
  return all;
}

}  // namespace tarn::compare::fixed
