// run_to_end.cpp - starts a program and waits.
//
// SPDX-License-Identifier: MIT
#include "common/child.hpp"
#include "common/refusal.hpp"
#include "program/way.hpp"

#include <chrono>
#include <optional>

namespace tarn::program {
namespace {

// Until it is known which process the program is.
constexpr int start_milliseconds = 1;

class RunToEnd final : public Way {
 public:
  RunToEnd(int good_exit_code, int patience_seconds,
           compare::Progress& progress)
      : good_exit_code_(good_exit_code),
        patience_(patience_seconds),
        progress_(progress) {}

  Outcome run(const Start& start) override {
    Process process(start);
    const Clock::time_point began = Clock::now();
    std::optional<Resident> resident;
    while (!process.wait(resident ? resident->milliseconds_to_next()
                                  : start_milliseconds)) {
      if (compare::interrupted())
        throw compare::Interrupted();
      if (!resident && process.pid() != 0)
        resident.emplace(process.pid());
      if (resident)
        resident->look();
      if (!told_ && Clock::now() - began > patience_)
        tell(start);
    }
    if (compare::interrupted())
      throw compare::Interrupted();
    Outcome outcome = outcome_of(process);
    if (resident)
      outcome.resident = resident->samples();
    return outcome;
  }

 private:
  using Clock = std::chrono::steady_clock;

  void tell(const Start& start) {
    told_ = true;
    progress_.say(
        start.words.front() + " still runs after " +
        std::to_string(patience_.count()) +
        " s, and is waited for; if it is a server, stop this with Ctrl-C and "
        "say how to load it: --load 'COMMAND' --ready PORT --for 60s");
  }

  Outcome outcome_of(const Process& process) const {
    Outcome outcome;
    const Ending& ending = process.ending();
    if (!ending.is_exit(good_exit_code_)) {
      outcome.failure = ending.sentence();
      outcome.last_words = process.errors().text();
      return outcome;
    }
    take_usage(ending.usage, outcome.figures);
    outcome.output = process.output().checksum();
    if (ending.left > 0)
      outcome.notes.push_back(
          "it leaves processes behind, which are ended and whose time is not "
          "counted: keep it in the foreground");
    return outcome;
  }

  int good_exit_code_;
  std::chrono::seconds patience_;
  compare::Progress& progress_;
  bool told_ = false;
};

}  // namespace

std::unique_ptr<Way> run_to_end(int good_exit_code, int patience_seconds,
                                compare::Progress& progress) {
  return std::make_unique<RunToEnd>(good_exit_code, patience_seconds, progress);
}

void take_usage(const Usage& usage, std::map<std::string, double>& figures) {
  figures[names::wall] = usage.wall;
  figures[names::processor] = usage.user + usage.system;
  figures[names::user] = usage.user;
  figures[names::system] = usage.system;
  figures[names::peak] = usage.peak;
  figures[names::minor_faults] = usage.minor_faults;
  figures[names::major_faults] = usage.major_faults;
  figures[names::waits] = usage.waits;
  figures[names::forced] = usage.forced;
}

}  // namespace tarn::program
