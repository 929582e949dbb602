// command.cpp - from wishes to tables.
//
// SPDX-License-Identifier: MIT
#include "compare/command.hpp"

#include "common/child.hpp"
#include "common/machine.hpp"
#include "common/refusal.hpp"
#include "common/result_file.hpp"
#include "common/surroundings.hpp"
#include "common/to_exit_code.hpp"
#include "compare/comparison.hpp"
#include "compare/csv_report.hpp"
#include "compare/findings.hpp"
#include "compare/html_report.hpp"
#include "compare/json_report.hpp"
#include "compare/objects.hpp"
#include "compare/problem_tables.hpp"
#include "compare/tables.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace tarn::compare {
namespace {

namespace fs = std::filesystem;

// Where an installation has it, or beside the source it was built from. In this
// order, so that an installed command never reads a source that lies about.
std::string find_corpus(const std::string& wished, const std::string& tools) {
  std::error_code error;
  for (const std::string& folder : {wished, tools + "/../share/tarn/corpus",
                                    std::string(TARN_TOOL_CORPUS)}) {
    if (!folder.empty() && fs::exists(folder + "/site", error))
      return folder;
    if (!wished.empty())
      throw Refusal(exit_usage,
                    "there are no requests in " + wished +
                        ": --corpus takes a folder like tarn's corpus/");
  }
  throw std::runtime_error(
      "tarn's corpus/ is not where it was built: name it with --corpus");
}

Plan plan_for(const Wishes& wishes, Progress& progress) {
  Plan plan;
  plan.effort = wishes.effort;
  plan.most_rounds = wishes.rounds;
  plan.tools = own_folder();
  plan.corpus = find_corpus(wishes.corpus, plan.tools);
  if (!fs::exists(plan.tools + "/tarn-worker"))
    throw std::runtime_error("there is no tarn-worker in " + plan.tools +
                             ", beside this program: build all of tools");
  plan.allocators = find_allocators();
  if (!has_peers(plan.allocators))
    progress.say(
        "no jemalloc, tcmalloc or mimalloc found, no malloc of "
        "others but the system's is compared; Debian has them: apt install "
        "libjemalloc2 "
        "libtcmalloc-minimal4 libmimalloc2.0");
  for (const std::string& one : wishes.allocators)
    plan.allocators.push_back(named_allocator(one));
  keep_only(wishes.only, plan.allocators);
  return plan;
}

void describe(const Machine& machine, Progress& progress) {
  char load[16];
  std::snprintf(load, sizeof load, "%.1f", machine.load);
  if (machine.cores == 1)
    progress.say(
        "only one core: whatever else runs here lands in these figures, so "
        "trust the instructions and the ratios, and look at the spread");
  else if (machine.load > machine.cores * 0.5)
    progress.say("this machine is busy (load " + std::string(load) + " on " +
                 std::to_string(machine.cores) +
                 " cores): trust ratios, and look at the spread");
}

// The files that were asked for: made before anything is measured, written when
// all is.
class Files {
 public:
  explicit Files(const Wishes& wishes)
      : json_(wishes.json, "--json"),
        csv_(wishes.csv, "--csv"),
        html_(wishes.html, "--html") {
    demand_one_output({&json_, &csv_, &html_});
  }

  /// Whether tables would be in the way of a file.
  [[nodiscard]] bool take_output() const {
    return json_.is_output() || csv_.is_output() || html_.is_output();
  }

  [[nodiscard]] bool any() const {
    return json_.is_wanted() || csv_.is_wanted() || html_.is_wanted();
  }

  /// False: not all of them could be written, and each said why.
  [[nodiscard]] bool write(const Comparison& comparison,
                           const Findings& findings, Progress& progress) {
    bool all = true;
    const auto write_one = [&](ResultFile& file, auto&& report) {
      if (!file.is_wanted())
        return;
      const std::string why = file.write(report(comparison, findings));
      if (why.empty())
        return;
      progress.say(why);
      all = false;
    };
    write_one(json_, json_report);
    write_one(csv_, csv_report);
    write_one(html_, html_report);
    return all;
  }

 private:
  ResultFile json_;
  ResultFile csv_;
  ResultFile html_;
};

// The tables, each as soon as it is there.
class Output {
 public:
  Output(const Files& files, Progress& progress)
      : files_(files), progress_(progress) {}

  /// A Refusal where it arrives nowhere and there is no file to measure for.
  void print(const std::string& text) {
    if (files_.take_output() || text.empty() || !written_)
      return;
    progress_.clear();
    std::fputs((text + "\n").c_str(), stdout);
    written_ = std::fflush(stdout) == 0;
    if (written_)
      return;
    const char* const sentence =
        "cannot write the tables: make room where the output goes";
    if (!files_.any())
      throw Refusal(exit_not_written, sentence);
    progress_.say(sentence);
  }

  [[nodiscard]] bool written() const noexcept { return written_; }

 private:
  const Files& files_;
  Progress& progress_;
  bool written_ = true;
};

std::string heading(const Comparison& comparison, const Machine& machine) {
  return "tarn compare: " + std::to_string(comparison.requests()) +
         " HTTP requests, parsed and answered for real, one thread; medians "
         "of " +
         std::to_string(comparison.plan().rounds) + " rounds\n" +
         machine.processor + ", " + std::to_string(machine.cores) + " cores, " +
         machine.kernel + "\n";
}

bool any_runs(const Comparison& comparison) {
  return std::any_of(
      comparison.contenders().begin(), comparison.contenders().end(),
      [](auto& one) { return one.runs() && one.kind != Kind::reading; });
}

bool all_run(const std::vector<Contender>& contenders) {
  return std::all_of(contenders.begin(), contenders.end(),
                     [](const Contender& one) { return one.runs(); });
}

// All that is measured, each table as soon as it can be had.
Findings measure(Comparison& comparison, const Machine& machine, Output& output,
                 Progress& progress) {
  const bool colours = wants_colours();
  comparison.serve();
  output.print(heading(comparison, machine));
  output.print(
      serving_table(comparison, find(comparison.contenders()), colours));
  comparison.duel();
  comparison.call();
  output.print(call_table(comparison, colours));
  comparison.day();
  output.print(day_table(comparison, colours));
  comparison.stay();
  output.print(fragmentation_table(comparison, colours));
  if (machine.cores > 1)
    comparison.contend();
  output.print(contention_table(comparison, machine.cores, colours));
  comparison.have_objects();
  output.print(connections_table(comparison.objects(), machine.cores, colours));
  output.print(trees_table(comparison.objects(), machine.cores, colours));
  output.print(lifetime_table(comparison, colours));
  const bool counted = comparison.count();
  Findings findings = find(comparison.contenders());
  if (counted)
    output.print(instruction_table(comparison, findings, colours));
  else
    progress.say("instructions are not counted: install valgrind");
  output.print(closing(comparison, findings, colours));
  return findings;
}

int compare(const Wishes& wishes, Progress& progress) {
  Files files(wishes);
  const Machine machine = this_machine();
  Comparison comparison(plan_for(wishes, progress), progress);
  describe(machine, progress);
  Output output(files, progress);
  comparison.check();
  if (!any_runs(comparison))
    throw std::runtime_error("no contender works; each said why above");
  const Findings findings = measure(comparison, machine, output, progress);
  if (!files.write(comparison, findings, progress) || !output.written())
    return exit_not_written;
  return all_run(comparison.contenders()) && all_run(comparison.objects())
             ? exit_good
             : exit_left_out;
}

}  // namespace

int run(const Wishes& wishes) noexcept {
  return to_exit_code(
      "stopped; what was printed stands, nothing else is kept",
      [&](Progress& progress) { return compare(wishes, progress); });
}

}  // namespace tarn::compare
