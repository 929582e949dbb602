// bar_plot.cpp - a row for each name: its bar, or where its value may lie.
//
// SPDX-License-Identifier: MIT
#include "common/plot.hpp"
#include "common/svg.hpp"
#include "common/table.hpp"
#include "common/words.hpp"

#include <algorithm>
#include <cmath>

namespace tarn::compare {
namespace {

// Rows lie, so that names have room beside them on a phone too.
constexpr double row = 24;
constexpr double names_width = 150;
constexpr double sums_width = 56;

double value_at(const Series& one, std::size_t place) {
  return place < one.values.size() ? std::max(one.values[place], 0.0) : 0;
}

std::string bars_at(const std::vector<Series>& series, std::size_t place,
                    double y, double unit) {
  std::string drawing;
  double x = names_width;
  for (std::size_t k = 0; k < series.size(); ++k) {
    const double value = value_at(series[k], place);
    drawing += format(
                   "<rect x='%.1f' y='%.1f' width='%.1f' height='%.0f' "
                   "fill='%s'><title>",
                   x, y + 5, value * unit, row - 8, svg::colour_of(k)) +
               escaped(series[k].name + ": " + figure(value)) +
               "</title></rect>";
    x += value * unit;
  }
  return drawing;
}

}  // namespace

std::string bar_plot(const Axes& axes, const std::vector<Series>& series) {
  std::vector<double> sums(axes.places.size(), 0);
  for (const Series& one : series)
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += value_at(one, i);
  const double most =
      sums.empty() ? 0 : *std::max_element(sums.begin(), sums.end());
  if (most <= 0)
    return "";
  const double tall = row * static_cast<double>(sums.size()) + svg::bottom;
  const double unit = (svg::width - names_width - sums_width) / most;
  std::string drawing;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double y = row * static_cast<double>(i);
    drawing += svg::text_at(names_width - 8, y + 17, "end", axes.places[i]) +
               bars_at(series, i, y, unit) +
               svg::text_at(names_width + sums[i] * unit + 6, y + 17, "start",
                            figure(sums[i]));
  }
  drawing += svg::text_at(names_width, tall - 14, "start", axes.unit);
  return svg::framed(axes.title, tall, drawing, svg::legend(series));
}

}  // namespace tarn::compare
