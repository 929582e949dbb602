// plot.hpp - a plot as inline SVG: lines over an axis, bars, or ranges.
//
// As wide as its frame; letters are large enough for a phone's width. Colours
// differ in dashes too, and each point says what it is when pointed at.
//
// Cost     linear in the points; a few KiB a plot.
// Threads  confined.
// Failure  a plot without points is "".
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace tarn::compare {

enum class Scale { linear, logarithmic };

struct Series {
  std::string name;
  std::vector<double> values;  ///< one for each place of the axis; 0: none
};

struct Axes {
  std::string title;
  std::string unit;                 ///< of the values
  std::vector<std::string> places;  ///< along the bottom
  Scale scale = Scale::linear;
  std::string along{};  ///< what the places are: "s", "round"
};

/// A line for each series.
[[nodiscard]] std::string line_plot(const Axes& axes,
                                    const std::vector<Series>& series);

/// At each place a bar, made of the series one on top of the other.
[[nodiscard]] std::string bar_plot(const Axes& axes,
                                   const std::vector<Series>& series);

/// Where a value lies, as far as is known.
struct Range {
  std::string name;
  double least;
  double middle;
  double most;
  bool is_sure;  ///< that it is not 0
};

/// A row for each range, around a line where 0 is.
[[nodiscard]] std::string range_plot(const std::string& title,
                                     const std::vector<Range>& ranges);

/// The next 1, 2 or 5 times a power of ten that is not less than `value` > 0.
[[nodiscard]] double round_up(double value);

/// "<", ">", "&" and quotes as entities.
[[nodiscard]] std::string escaped(const std::string& text);

}  // namespace tarn::compare
