// range_plot.cpp - a whisker for each name, on both sides of nothing.
//
// SPDX-License-Identifier: MIT
#include "common/plot.hpp"
#include "common/svg.hpp"
#include "common/words.hpp"

#include <algorithm>

namespace tarn::compare {
namespace {

// As wide as a bar plot's, so that the two stand below each other.
constexpr double row = 24;
constexpr double names_width = 130;
constexpr double values_width = 74;
constexpr double dot = 5;
// What cannot be told from nothing is grey.
constexpr const char* unsure_colour = "#8a8a8a";

/// Percents to places along a row.
class Placing {
 public:
  explicit Placing(const std::vector<Range>& ranges) {
    for (const Range& one : ranges) {
      least_ = std::min(least_, one.least);
      most_ = std::max(most_, one.most);
    }
  }

  [[nodiscard]] double x(double value) const {
    return names_width + dot +
           (value - least_) / (most_ - least_) *
               (svg::width - names_width - values_width - 2 * dot);
  }

 private:
  // A percent on each side is always seen.
  double least_ = -1;
  double most_ = 1;
};

std::string row_of(const Range& one, double middle, const Placing& placing) {
  const char* const colour = one.is_sure ? svg::colour_of(0) : unsure_colour;
  return svg::text_at(names_width - 8, middle + 4, "end", one.name) +
         format(
             "<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' stroke='%s' "
             "stroke-width='3'/><circle cx='%.1f' cy='%.1f' r='5' "
             "fill='%s'><title>",
             placing.x(one.least), placing.x(one.most), middle, middle, colour,
             placing.x(one.middle), middle, colour) +
         format("%+.1f to %+.1f %%", one.least, one.most) +
         "</title></circle>" +
         svg::text_at(svg::width - 4, middle + 4, "end",
                      format("%+.1f %%", one.middle));
}

}  // namespace

std::string range_plot(const std::string& title,
                       const std::vector<Range>& ranges) {
  if (ranges.empty())
    return "";
  const Placing placing(ranges);
  const double rows = row * static_cast<double>(ranges.size());
  std::string drawing =
      format("<g class='grid'><line x1='%.1f' x2='%.1f' y1='0' y2='%.1f'/></g>",
             placing.x(0), placing.x(0), rows) +
      svg::text_at(placing.x(0), rows + 14, "middle", "the same");
  for (std::size_t i = 0; i < ranges.size(); ++i)
    drawing += row_of(ranges[i], row * (static_cast<double>(i) + 0.5), placing);
  return svg::framed(title, rows + svg::bottom, drawing, "");
}

}  // namespace tarn::compare
