// rounds.hpp - runs the program under each malloc, again and again.
//
// First a rehearsal: once each, not counted, with the probe, so that every file
// is in the kernel's cache, it is known how long a run takes, and whose malloc
// each process called. Then rounds: in each one every candidate runs once, in
// an order drawn anew, so that what disturbs the machine disturbs all alike.
//
// Cost     the runs.
// Threads  confined.
// Failure  a candidate whose run does not count is left out from then on.
//          Interrupted: whole rounds stand.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/effort.hpp"
#include "common/progress.hpp"
#include "program/candidates.hpp"
#include "program/way.hpp"

#include <random>
#include <string>
#include <vector>

namespace tarn::program {

class Rounds {
 public:
  Rounds(const Stage& stage, std::vector<Candidate> candidates, Way& way,
         compare::Progress& progress);

  void rehearse();

  /// `asked`: so many rounds; 0: as many as tell, within what `effort` allows.
  void measure(int asked, compare::Effort effort);

  [[nodiscard]] const std::vector<Candidate>& candidates() const noexcept {
    return candidates_;
  }

  /// Whole ones.
  [[nodiscard]] int count() const noexcept { return count_; }

  /// The figures of the load command, as the rehearsal found them.
  [[nodiscard]] const std::vector<LoadFigure>& load() const noexcept {
    return load_;
  }

 private:
  [[nodiscard]] int rounds_for(int asked, compare::Effort effort) const;
  void round(std::vector<std::size_t>& order);
  Outcome run(const Candidate& candidate, const std::string& probe);
  void fail(Candidate& candidate, const Outcome& outcome);
  void note(Candidate& candidate, const std::string& sentence);
  void take(Candidate& candidate, const Outcome& outcome);
  void note_others(Candidate& candidate,
                   const std::vector<Answers::Answer>& answers);

  Stage stage_;
  std::vector<Candidate> candidates_;
  Way& way_;
  compare::Progress& progress_;
  std::mt19937 random_;
  std::vector<LoadFigure> load_;
  double round_seconds_ = 0;
  int count_ = 0;
};

}  // namespace tarn::program
