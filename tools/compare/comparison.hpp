// comparison.hpp - runs the contenders, each in processes of its own.
//
// Four phases: check (all give the same answers), serve (throughput, request
// latency, memory), call (each call timed, in a worker of its own) and count
// (instructions, under callgrind). Rounds are interleaved: one after the other
// each contender runs once, so that what disturbs the machine for a while
// disturbs all of them.
//
// Cost     about a minute and a half.
// Threads  one worker at a time.
// Failure  a contender that crashes, answers otherwise or is not what its name
//          says is left out, with its reason; failed_contenders() lists them.
//          Answers that differ throw DifferentAnswers.
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/contender.hpp"
#include "compare/plan.hpp"
#include "compare/progress.hpp"

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace tarn::compare {

/// The run stops: figures of different work cannot be compared.
struct DifferentAnswers : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Ctrl-C.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("stopped") {}
};

/// What a worker said: its "key value" lines.
using Report = std::multimap<std::string, std::string>;

class Comparison {
 public:
  Comparison(const Plan& plan, Progress& progress);

  void check();
  void serve();
  void call();

  /// False: there is no valgrind.
  [[nodiscard]] bool count();

  [[nodiscard]] const std::vector<Contender>& contenders() const noexcept {
    return contenders_;
  }

  /// Requests in the corpus.
  [[nodiscard]] std::size_t requests() const noexcept { return requests_; }

  [[nodiscard]] const Plan& plan() const noexcept { return plan_; }

 private:
  void each(const std::function<void(Contender&)>& act);
  Report run(Contender& contender, const std::string& worker,
             const std::string& mode, int amount, bool counted);
  void fail(Contender& contender, const std::string& why);
  void take(Contender& contender, const Report& report,
            const std::vector<std::string>& figures);
  void keep_better_monotonic();

  Plan plan_;
  Progress& progress_;
  std::vector<Contender> contenders_;
  std::size_t requests_ = 0;
  std::string instructions_said_;  // what callgrind wrote last
};

}  // namespace tarn::compare
