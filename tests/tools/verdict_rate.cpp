// verdict_rate.cpp - how often would a run like this have the same verdict?
//
//     tarn-verdict-rate [TIMES] FIGURES.json...
//
// From each file of `tarn compare --json` runs are drawn: each of their rounds
// is any of its rounds, of all contenders the same one, so that what disturbed
// one still disturbs its neighbours. Prints how many of them say the same in
// the verdict (who is compared, and more, fewer or no difference), and how many
// tell "twin" (`--allocator twin=...`, a malloc that is there already) from
// that malloc, which nothing may.
//
// SPDX-License-Identifier: MIT
#include "compare/plan.hpp"
#include "compare/verdict.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <utility>

namespace {

using namespace tarn::compare;
using Json = nlohmann::json;

constexpr const char* serving = "requests_per_second";
constexpr const char* twin_name = "twin";

Kind kind_of(const std::string& word) {
  const std::map<std::string, Kind> kinds{
      {"malloc", Kind::malloc}, {"floor", Kind::floor},
      {"tarn", Kind::tarn},     {"heap", Kind::heap},
      {"pool", Kind::peer},     {"reading", Kind::reading}};
  return kinds.at(word);
}

std::vector<Contender> contenders_of(const Json& file) {
  std::vector<Contender> all;
  for (const Json& one : file.at("contenders")) {
    Contender contender{};
    contender.code = one.at("code") == "pool" ? Code::pool : Code::ordinary;
    contender.kind = kind_of(one.at("kind"));
    contender.memory = one.at("memory");
    contender.preload = one.at("preload");
    // Of two names of a file one is enough.
    contender.malloc_file =
        std::filesystem::weakly_canonical(std::string(one.at("malloc_file")));
    if (!one.at("failure").is_null())
      contender.failure = one.at("failure");
    for (const char* const figure : {serving, duel_rate})
      if (one.contains(figure))
        for (const double value : one[figure].at("rounds"))
          contender.figures[figure].add(value);
    all.push_back(contender);
  }
  return all;
}

// The place of "twin" and that of the malloc that it is; both 0: there is none.
std::pair<std::size_t, std::size_t> twins_of(const std::vector<Contender>& all,
                                             Code code) {
  const auto place = [&](auto&& is_it) {
    return static_cast<std::size_t>(std::find_if(all.begin(), all.end(),
                                                 [&](const Contender& one) {
                                                   return one.code == code &&
                                                          one.kind ==
                                                              Kind::malloc &&
                                                          is_it(one);
                                                 }) -
                                    all.begin());
  };
  const std::size_t twin =
      place([](const Contender& one) { return one.memory == twin_name; });
  if (twin == all.size())
    return {0, 0};
  return {place([&](const Contender& one) {
            return one.malloc_file == all[twin].malloc_file;
          }),
          twin};
}

// Twice the same malloc might each time have been the other one.
void exchange_twins(std::vector<Contender>& run, const char* figure,
                    std::mt19937& random) {
  for (const Code code : {Code::ordinary, Code::pool}) {
    const auto [one, twin] = twins_of(run, code);
    if (one == twin || !run[one].figures.contains(figure) ||
        !run[twin].figures.contains(figure))
      continue;
    std::vector<double> first = run[one].figures[figure].values();
    std::vector<double> second = run[twin].figures[figure].values();
    Samples exchanged[2];
    for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
      if (random() % 2 == 0)
        std::swap(first[i], second[i]);
      exchanged[0].add(first[i]);
      exchanged[1].add(second[i]);
    }
    run[one].figures[figure] = exchanged[0];
    run[twin].figures[figure] = exchanged[1];
  }
}

// Adds `count` rounds of a figure to `run`, each any of those of `all`.
void draw(const std::vector<Contender>& all, const char* figure,
          std::size_t count, std::mt19937& random,
          std::vector<Contender>& run) {
  std::size_t measured = 0;
  for (const Contender& one : all)
    if (const auto found = one.figures.find(figure); found != one.figures.end())
      measured = std::max(measured, found->second.values().size());
  for (std::size_t i = 0; i < count && measured != 0; ++i) {
    const std::size_t round = random() % measured;
    for (std::size_t k = 0; k < all.size(); ++k)
      if (const auto found = all[k].figures.find(figure);
          found != all[k].figures.end() &&
          round < found->second.values().size())
        run[k].figures[figure].add(found->second.values()[round]);
  }
}

// As Comparison does it: a second look where the first one left it open.
std::vector<Contender> drawn(const std::vector<Contender>& all,
                             std::mt19937& random) {
  const Plan plan;
  std::vector<Contender> run = all;
  for (Contender& one : run)
    one.figures.clear();
  draw(all, serving, static_cast<std::size_t>(plan.rounds), random, run);
  exchange_twins(run, serving, random);
  for (int look = 0; look < looks; ++look)
    if (look == 0 || !is_decided(run)) {
      draw(all, duel_rate, static_cast<std::size_t>(plan.duel_rounds), random,
           run);
      exchange_twins(run, duel_rate, random);
    }
  return run;
}

// Without its numbers: "has # % more requests a second than tcmalloc in ...".
// Which one of the twins is named is no other verdict.
std::string words_of(const std::string& verdict,
                     const std::vector<Contender>& all) {
  const auto [one, twin] = twins_of(all, Code::ordinary);
  return std::regex_replace(
      std::regex_replace(verdict, std::regex("[-+]?[0-9]+"), "#"),
      std::regex(one == twin ? "^$" : "\\btwin\\b"), all.at(one).memory);
}

bool tells_twins(const std::string& ranking) {
  return std::regex_search(ranking, std::regex("(fewer|more) with [^.]*twin"));
}

}  // namespace

int main(int count, char** words) {
  int times = 200;
  std::mt19937 random{7};
  for (int i = 1; i < count; ++i) {
    if (std::atoi(words[i]) > 0) {
      times = std::atoi(words[i]);
      continue;
    }
    const std::vector<Contender> all =
        contenders_of(Json::parse(std::ifstream(words[i])));
    std::map<std::string, int> said;
    int told = 0;
    for (int run = 0; run < times; ++run) {
      const Findings findings = find(drawn(all, random));
      ++said[words_of(findings.verdict, all)];
      told += tells_twins(findings.ranking);
    }
    std::printf("%s: twins told apart in %d of %d\n", words[i], told, times);
    std::printf("  measured: %s\n", words_of(find(all).verdict, all).c_str());
    for (const auto& [sentence, number] : said)
      std::printf("  %5.1f %%  %s\n", 100.0 * number / times, sentence.c_str());
  }
  return 0;
}
