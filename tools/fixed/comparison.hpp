// comparison.hpp - runs the fits, each in processes of its own.
//
// Phases: time (rounds in an order drawn anew, so that what disturbs the
// machine disturbs all), weigh (bytes), count (instructions, all fits in one
// process under callgrind) and force (the adversary).
//
// Cost     half a minute at the usual effort.
// Threads  one worker at a time.
// Failure  a fit whose worker fails is left out with its reason; Interrupted.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/progress.hpp"
#include "common/samples.hpp"
#include "fixed/instructions.hpp"
#include "fixed/plan.hpp"

#include <map>
#include <random>
#include <string>
#include <vector>

namespace tarn::compare::fixed {

enum class Kind : std::uint8_t { bounded, unbounded, peer };

/// One fit, and what was measured of it.
struct Contender {
  std::string name;
  Kind kind = Kind::bounded;
  std::string failure;
  std::map<std::string, Samples> figures;
  std::map<std::string, std::string> by;         ///< whose rule forced most
  std::map<std::string, std::string> sequences;  ///< as text

  [[nodiscard]] bool runs() const noexcept { return failure.empty(); }
  [[nodiscard]] bool has(const std::string& figure) const {
    return figures.count(figure) != 0;
  }
  [[nodiscard]] double median(const std::string& figure) const {
    const auto found = figures.find(figure);
    return found == figures.end() ? 0 : found->second.median();
  }
};

class Comparison {
 public:
  /// Throws std::runtime_error without a worker, and a Refusal where the plan
  /// names a fit that is none.
  Comparison(const Plan& plan, Progress& progress);

  void time();
  void weigh();
  void force();

  /// False: there is no valgrind.
  [[nodiscard]] bool count();

  [[nodiscard]] const std::vector<Contender>& contenders() const noexcept {
    return contenders_;
  }
  [[nodiscard]] const Plan& plan() const noexcept { return plan_; }

 private:
  using Words = std::vector<std::string>;

  [[nodiscard]] std::string run(Contender& one, const Words& words);
  void take(Contender& one, const std::string& said);
  void take_counted(const std::string& said, const std::string& profile,
                    const Symbols& symbols);
  void fail(Contender& one, const std::string& why);

  Plan plan_;
  Progress& progress_;
  std::vector<Contender> contenders_;
  std::mt19937 order_{20240701};  // of the fits in a round
};

/// The least heap of each fit that serves each sequence of a file, in granules;
/// 0: none does.
struct Replayed {
  std::string fit;
  std::vector<double> heaps;
};
[[nodiscard]] std::vector<Replayed> replay(const Comparison& comparison,
                                           const std::string& text);

}  // namespace tarn::compare::fixed
