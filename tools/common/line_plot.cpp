// line_plot.cpp - where a value lies on the page, and the lines around it.
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

constexpr double height = 250;
constexpr double left = 58;
constexpr double right = 12;
// The unit stands above the lines.
constexpr double top = 26;
constexpr double unit_y = 12;
// Letters at the bottom stay apart from each other by this.
constexpr double letter = 7;

/// Values to heights.
class Ruler {
 public:
  Ruler(double least, double most, Scale scale) : scale_(scale) {
    if (scale == Scale::logarithmic) {
      first_ = std::floor(std::log10(least));
      last_ = std::max(std::ceil(std::log10(most)), first_ + 1);
      step_ = 1;
      return;
    }
    // So that about five lines fit.
    step_ = round_up(most / 5);
    last_ = std::ceil(most / step_) * step_;
  }

  [[nodiscard]] double y(double value) const {
    const double at = scale_ == Scale::logarithmic ? std::log10(value) : value;
    return height - svg::bottom -
           (at - first_) / (last_ - first_) * (height - top - svg::bottom);
  }

  [[nodiscard]] std::vector<double> ticks() const {
    std::vector<double> all;
    for (int i = 0; first_ + i * step_ <= last_ + step_ / 2; ++i)
      all.push_back(scale_ == Scale::logarithmic
                        ? std::pow(10, first_ + i * step_)
                        : first_ + i * step_);
    return all;
  }

 private:
  Scale scale_;
  double first_ = 0;
  double last_ = 1;
  double step_ = 1;
};

std::string label_of(double value) {
  constexpr double million = 1e6;
  return value < 10        ? format("%.2g", value)
         : value < million ? whole(value)
                           : format("%.4g M", value / million);
}

std::string grid(const Axes& axes, const Ruler& ruler) {
  std::string drawing = "<g class='grid'>";
  for (const double tick : ruler.ticks()) {
    const double y = ruler.y(tick);
    drawing += format("<line x1='%.0f' x2='%.0f' y1='%.1f' y2='%.1f'/>", left,
                      svg::width - right, y, y);
    drawing += svg::text_at(left - 6, y + 4, "end", label_of(tick));
  }
  return drawing + "</g>" + svg::text_at(2, unit_y, "start", axes.unit) +
         svg::text_at(svg::width - right, height - 2, "end", axes.along);
}

double place_x(std::size_t place, std::size_t places) {
  return left + (svg::width - left - right) *
                    (static_cast<double>(place) + 0.5) /
                    static_cast<double>(places);
}

// As many of the names as fit beside each other, at round distances.
std::string names(const Axes& axes) {
  std::size_t longest = 1;
  for (const std::string& one : axes.places)
    longest = std::max(longest, one.size());
  const double room =
      (svg::width - left - right) / static_cast<double>(axes.places.size());
  const auto each = static_cast<std::size_t>(
      round_up(std::ceil(letter * static_cast<double>(longest + 1) / room)));
  std::string drawing;
  for (std::size_t i = 0; i < axes.places.size(); i += each)
    drawing +=
        svg::text_at(place_x(i, axes.places.size()), height - svg::bottom + 18,
                     "middle", axes.places[i]);
  return drawing;
}

std::string line_of(const Series& one, std::size_t number, const Ruler& ruler,
                    std::size_t places) {
  std::string points;
  std::string dots;
  const char* const colour = svg::colour_of(number);
  for (std::size_t i = 0; i < std::min(places, one.values.size()); ++i) {
    if (one.values[i] <= 0)
      continue;
    const double x = place_x(i, places);
    const double y = ruler.y(one.values[i]);
    points += format("%.1f,%.1f ", x, y);
    dots += format("<circle cx='%.1f' cy='%.1f' r='2.5' fill='%s'><title>", x,
                   y, colour) +
            escaped(one.name + ": " + figure(one.values[i])) +
            "</title></circle>";
  }
  return format(
             "<polyline fill='none' stroke='%s' stroke-width='2' "
             "stroke-dasharray='%s' points='",
             colour, svg::dashes_of(number)) +
         points + "'/>" + dots;
}

}  // namespace

double round_up(double value) {
  const double power = std::pow(10, std::floor(std::log10(value)));
  // A little less than the exact bounds, as a division is.
  const double digits = value / power * (1 - 1e-9);
  return power * (digits > 5 ? 10 : digits > 2 ? 5 : digits > 1 ? 2 : 1);
}

std::string line_plot(const Axes& axes, const std::vector<Series>& series) {
  double least = 0;
  double most = 0;
  for (const Series& one : series)
    for (const double value : one.values) {
      if (value > 0 && (least == 0 || value < least))
        least = value;
      most = std::max(most, value);
    }
  if (most <= 0)
    return "";
  const Ruler ruler(least, most, axes.scale);
  std::string drawing = grid(axes, ruler) + names(axes);
  for (std::size_t i = 0; i < series.size(); ++i)
    drawing += line_of(series[i], i, ruler, axes.places.size());
  return svg::framed(axes.title, height, drawing, svg::legend(series));
}

}  // namespace tarn::compare
