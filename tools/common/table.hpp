// table.hpp - columns of text: names to the left, figures to the right.
//
// Cost     linear in the table.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace tarn::compare {

class Table {
 public:
  /// `heads` may have two lines each, parted by '\n': what and in which unit.
  explicit Table(std::vector<std::string> heads);

  /// A line across, such as the name of a group.
  void group(const std::string& name);

  enum class Weight { plain, strong };
  void row(std::vector<std::string> cells, Weight weight = Weight::plain);

  /// The table as lines. `colours`: strong rows are bold, groups underlined.
  [[nodiscard]] std::string text(bool colours) const;

 private:
  struct Line {
    std::vector<std::string> cells;  // one: a group
    Weight weight;
  };

  [[nodiscard]] std::vector<std::size_t> widths() const;

  std::vector<std::vector<std::string>> heads_;  // two lines
  std::vector<Line> lines_;
};

/// "1 234", "12.3", "0.123": three significant digits and no more.
[[nodiscard]] std::string figure(double value);

/// "53 210": a whole number with its thousands apart.
[[nodiscard]] std::string whole(double value);

}  // namespace tarn::compare
