// command.cpp - from wishes to tables.
//
// SPDX-License-Identifier: MIT
#include "program/command.hpp"

#include "common/child.hpp"
#include "common/machine.hpp"
#include "common/progress.hpp"
#include "common/refusal.hpp"
#include "common/result_file.hpp"
#include "common/surroundings.hpp"
#include "common/to_exit_code.hpp"
#include "program/html_report.hpp"
#include "program/inspection.hpp"
#include "program/printed.hpp"
#include "program/report.hpp"
#include "program/rounds.hpp"
#include "program/tables.hpp"
#include "program/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tarn::program {
namespace {

using compare::exit_good;
using compare::exit_interrupted;
using compare::exit_left_out;
using compare::exit_not_written;
using compare::exit_nothing;
using compare::exit_usage;
using compare::Interrupted;
using compare::Progress;
using compare::Refusal;
using compare::ResultFile;

// "60s", "2m", "1h", "90" in seconds.
double seconds_of(const std::string& duration) {
  if (duration.empty())
    return 0;
  char* end = nullptr;
  const double value = std::strtod(duration.c_str(), &end);
  const std::string_view unit = end;
  const double scale = unit.empty() || unit == "s" ? 1
                       : unit == "m"               ? 60
                       : unit == "h"               ? 3600
                                                   : 0;
  if (end == duration.c_str() || value * scale <= 0)
    throw Refusal(exit_usage,
                  "--for " + duration + " is no time: say 60s, 2m or 1h");
  return value * scale;
}

// A file is given anew to each run; what can be read once only is given to
// none.
std::string input_for_runs(Progress& progress) {
  struct stat file {};
  if (fstat(STDIN_FILENO, &file) != 0)
    return "";
  if (S_ISREG(file.st_mode))
    return "/proc/" + std::to_string(getpid()) + "/fd/0";
  int waiting = 0;
  if (S_ISFIFO(file.st_mode) && ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 &&
      waiting > 0)
    progress.say(
        "what comes through a pipe can be read once, but the program runs "
        "often: it gets an empty input; give it a file with < instead");
  return "";
}

void say_if_busy(Progress& progress) {
  const compare::Machine machine = compare::this_machine();
  if (machine.load > machine.cores * 0.5)
    progress.say("this machine is busy (load " +
                 std::to_string(std::lround(machine.load)) + " on " +
                 std::to_string(machine.cores) +
                 " cores): that widens the spreads, of time more than of CPU "
                 "time");
}

Load load_of(const Wishes& wishes, const std::string& tools) {
  Load load;
  load.command = wishes.load;
  load.port = wishes.port;
  load.seconds = seconds_of(wishes.duration);
  load.launcher = tools + "/tarn-launch";
  for (const std::string& expression : wishes.figures)
    load.patterns.emplace_back(expression);
  return load;
}

class Comparison {
 public:
  Comparison(const Wishes& wishes, Progress& progress)
      : wishes_(wishes),
        progress_(progress),
        json_(wishes.json, "--json"),
        csv_(wishes.csv, "--csv"),
        html_(wishes.html, "--html") {
    compare::demand_one_output({&json_, &csv_, &html_});
  }

  int run() {
    prepare();
    bool complete = false;
    try {
      rounds_->rehearse();
      look_at_rehearsal();
      rounds_->measure(wishes_.runs, wishes_.effort);
      complete = true;
    } catch (const Interrupted&) {
      progress_.say(rounds_->count() == 0
                        ? "stopped before a round was finished"
                        : "stopped after " + std::to_string(rounds_->count()) +
                              " rounds; these stand");
      if (rounds_->count() == 0)
        return exit_interrupted;
    }
    return tell(complete);
  }

 private:
  [[nodiscard]] bool is_server() const { return !wishes_.load.empty(); }

  void prepare() {
    Stage stage;
    stage.tools = compare::own_folder();
    stage.words = wishes_.words;
    const Inspected inspected = inspect(wishes_.words.front());
    stage.path = inspected.path;
    stage.input = input_for_runs(progress_);
    way_ = is_server() ? run_under_load(load_of(wishes_, stage.tools))
                       : run_to_end(wishes_.good_exit_code, wishes_.patience,
                                    progress_);
    Candidates found = find_candidates(stage, wishes_.allocators, wishes_.only);
    for (const std::string& remark : inspected.remarks)
      progress_.say(remark);
    for (const std::string& remark : found.remarks)
      progress_.say(remark);
    say_if_busy(progress_);
    if (found.all.size() == 1)
      progress_.say(
          "no jemalloc, tcmalloc or mimalloc found, so that there is nothing "
          "to compare with; Debian has them: apt install libjemalloc2 "
          "libtcmalloc-minimal4 libmimalloc2.0");
    rounds_ =
        std::make_unique<Rounds>(stage, std::move(found.all), *way_, progress_);
  }

  // Failures are said as soon as they are known, and are worth no rounds when
  // they are everybody's.
  void look_at_rehearsal() {
    for (const Candidate& one : rounds_->candidates())
      if (!one.runs()) {
        progress_.say("with " + one.name + " it " + one.failure +
                      "; it is left out");
        std::fputs(last_words(one.last_words).c_str(), stderr);
      }
    if (base_of(rounds_->candidates()) != nullptr)
      return;
    throw Refusal(
        exit_nothing,
        wishes_.words.front() +
            " works with no malloc here, not even as it is: see above what "
            "it said, and run it alone first" +
            (is_server() ? std::string()
                         : "; if it is meant to end so, say --exit-code N"));
  }

  [[nodiscard]] Results results(bool complete) const {
    Results results;
    results.words = wishes_.words;
    results.load_command = wishes_.load;
    results.complete = complete;
    results.rounds = rounds_->count();
    results.candidates = rounds_->candidates();
    results.load = rounds_->load();
    results.verdict = verdict(results.candidates, question_of(results));
    return results;
  }

  // False: not all arrived where it should, which was said.
  bool write(const Results& results) {
    bool written = true;
    if (!json_.is_output() && !csv_.is_output() && !html_.is_output()) {
      std::fputs(printed(results, compare::wants_colours()).c_str(), stdout);
      written = std::fflush(stdout) == 0;
      if (!written)
        progress_.say(
            "cannot write the tables: make room where the output goes");
    }
    const auto write_one = [&](ResultFile& file, auto&& report) {
      if (!file.is_wanted())
        return;
      if (const std::string why = file.write(report(results)); !why.empty()) {
        progress_.say(why);
        written = false;
      }
    };
    write_one(json_, json_report);
    write_one(csv_, csv_report);
    write_one(html_, html_report);
    return written;
  }

  int tell(bool complete) {
    progress_.clear();
    const Results found = results(complete);
    const bool written = write(found);
    if (!complete)
      return exit_interrupted;
    if (!written)
      return exit_not_written;
    return std::all_of(found.candidates.begin(), found.candidates.end(),
                       [](const Candidate& one) { return one.runs(); })
               ? exit_good
               : exit_left_out;
  }

  const Wishes& wishes_;
  Progress& progress_;
  ResultFile json_;
  ResultFile csv_;
  ResultFile html_;
  std::unique_ptr<Way> way_;
  std::unique_ptr<Rounds> rounds_;
};

}  // namespace

int run(const Wishes& wishes) noexcept {
  return compare::to_exit_code(
      "stopped before anything was measured",
      [&](Progress& progress) { return Comparison(wishes, progress).run(); });
}

}  // namespace tarn::program
