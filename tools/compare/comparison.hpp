// comparison.hpp - runs the contenders, each in processes of its own.
//
// Phases: check (all give the same answers), serve (throughput, request
// latency, memory), call (each call timed, in a worker of its own), day
// (latency and memory through a simulated day), contend (threads), have_objects
// (connections that come and go, trees that threads build), stay (what memory
// stays: fragmentation, a budget, leaks) and count (instructions, under
// callgrind). Rounds are interleaved: in each one every contender runs once, in
// an order drawn anew, so that what disturbs the machine for a while disturbs
// all of them, and nobody has a place that is his.
//
// Cost     less than three minutes at the usual effort.
// Threads  one worker at a time.
// Failure  a contender that crashes, answers otherwise or is not what its name
//          says is left out, with its reason; failed_contenders() lists them.
//          Answers that differ throw DifferentAnswers.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/child.hpp"
#include "common/progress.hpp"
#include "common/refusal.hpp"
#include "compare/contender.hpp"
#include "compare/plan.hpp"

#include <functional>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace tarn::compare {

/// The run stops: figures of different work cannot be compared.
struct DifferentAnswers : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a worker said: its "key value" lines.
using Report = std::multimap<std::string, std::string>;

class Comparison {
 public:
  Comparison(const Plan& plan, Progress& progress);

  void check();
  void serve();
  /// Serves again in rounds of those only whose speed the verdict compares;
  /// once more where these leave it open.
  void duel();
  void call();
  void day();
  void contend();
  void stay();
  void have_objects();

  /// False: there is no valgrind.
  [[nodiscard]] bool count();

  [[nodiscard]] const std::vector<Contender>& contenders() const noexcept {
    return contenders_;
  }

  /// What the forms of one handler need to end what they made.
  [[nodiscard]] const Contender& lifetime() const noexcept { return lifetime_; }

  /// Those of whom have_objects() asks, in ways of their own.
  [[nodiscard]] const std::vector<Contender>& objects() const noexcept {
    return objects_;
  }

  /// Requests in the corpus.
  [[nodiscard]] std::size_t requests() const noexcept { return requests_; }

  [[nodiscard]] const Plan& plan() const noexcept { return plan_; }

 private:
  void each(const std::function<void(Contender&)>& act);
  void each_in_disorder(const std::function<void(Contender&)>& act);
  [[nodiscard]] std::vector<std::string> words_for(const Contender& contender,
                                                   const std::string& worker,
                                                   const std::string& mode,
                                                   int amount) const;
  Report run(Contender& contender, const std::string& worker,
             const std::string& mode, int amount, bool counted);
  Report digest(Contender& contender, const ChildResult& result);
  void fail(Contender& contender, const std::string& why);
  void take(Contender& contender, const Report& report,
            const std::vector<std::string>& figures);
  static void take_all(Contender& contender, const Report& report,
                       const std::string& prefix);
  void keep_better_monotonic();
  bool duel_once(Contender& contender);
  void contend(Contender& contender, int each_milliseconds);
  void leave_out_who_failed();

  Plan plan_;
  Progress& progress_;
  std::vector<Contender> contenders_;
  std::size_t requests_ = 0;
  Contender lifetime_;
  std::vector<Contender> objects_;
  std::string instructions_said_;  // what callgrind wrote last
  std::mt19937 order_{20240701};   // of the contenders in a round
};

}  // namespace tarn::compare
