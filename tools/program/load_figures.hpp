// load_figures.hpp - what a load command says of the server, as numbers.
//
// wrk, ab and redis-benchmark are read; of any other command the lines that the
// user's regular expressions match.
//
// Cost     linear in the text.
// Threads  confined.
// Failure  what is not recognised is not there; a Refusal for an expression
// that
//          is none.
// SPDX-License-Identifier: MIT
#pragma once

#include <regex>
#include <string>
#include <vector>

namespace tarn::program {

enum class Better { more, less, unknown };

struct LoadFigure {
  std::string name;  ///< "requests/s", "p99 ms", "SET requests/s"
  Better better;
  double value;
};

class FigurePattern {
 public:
  /// An ECMAScript expression with a group around the number.
  explicit FigurePattern(const std::string& expression);

  /// Adds what the last line that matches says.
  void read(const std::string& text, std::vector<LoadFigure>& into) const;

 private:
  std::string name_;  // the plain text before the group
  std::regex expression_;
};

struct LoadReading {
  std::vector<LoadFigure> figures;      ///< the user's own first
  std::vector<std::string> complaints;  ///< of the command: answers that failed
};

[[nodiscard]] LoadReading read_load(const std::string& text,
                                    const std::vector<FigurePattern>& patterns);

}  // namespace tarn::program
