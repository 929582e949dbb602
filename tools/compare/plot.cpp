// plot.cpp - where a value lies on the page, and the marks around it.
//
// SPDX-License-Identifier: MIT
#include "compare/plot.hpp"

#include "compare/table.hpp"
#include "compare/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tarn::compare {
namespace {

// In the SVG's own units, which are pixels on a wide page.
constexpr double width = 440;
constexpr double height = 250;
constexpr double left = 58;
constexpr double right = 12;
constexpr double top = 12;
constexpr double bottom = 34;
// Letters at the bottom stay apart from each other by this.
constexpr double letter = 7;

// Told apart by people who see fewer colours too (Okabe and Ito 2002).
constexpr std::array<const char*, 8> colours{"#0072b2", "#d55e00", "#009e73",
                                             "#a0527f", "#56708a", "#b8860b",
                                             "#333333", "#6b5bd0"};
constexpr std::array<const char*, 3> dashes{"none", "6 3", "2 3"};

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
    // 1, 2 or 5 times a power of ten, so that about five lines fit.
    const double wanted = most / 5;
    const double power = std::pow(10, std::floor(std::log10(wanted)));
    step_ = power * (wanted / power > 5   ? 10
                     : wanted / power > 2 ? 5
                     : wanted / power > 1 ? 2
                                          : 1);
    last_ = std::ceil(most / step_) * step_;
  }

  [[nodiscard]] double y(double value) const {
    const double at = scale_ == Scale::logarithmic ? std::log10(value) : value;
    return height - bottom -
           (at - first_) / (last_ - first_) * (height - top - bottom);
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

std::string text_at(double x, double y, const char* anchor,
                    const std::string& text) {
  return format("<text x='%.1f' y='%.1f' text-anchor='%s'>", x, y, anchor) +
         escaped(text) + "</text>";
}

std::string label_of(double value) {
  constexpr double million = 1e6;
  return value < 10        ? format("%.2g", value)
         : value < million ? whole(value)
                           : format("%.4g M", value / million);
}

std::string grid(const Axes& axes, const Ruler& ruler) {
  std::string svg = "<g class='grid'>";
  for (const double tick : ruler.ticks()) {
    const double y = ruler.y(tick);
    svg += format("<line x1='%.0f' x2='%.0f' y1='%.1f' y2='%.1f'/>", left,
                  width - right, y, y);
    svg += text_at(left - 6, y + 4, "end", label_of(tick));
  }
  return svg + "</g>" + text_at(left - 6, height - 6, "end", axes.unit);
}

double place_x(std::size_t place, std::size_t places) {
  return left + (width - left - right) * (static_cast<double>(place) + 0.5) /
                    static_cast<double>(places);
}

// As many of the names as fit beside each other.
std::string names(const Axes& axes) {
  std::size_t longest = 1;
  for (const std::string& one : axes.places)
    longest = std::max(longest, one.size());
  const double room =
      (width - left - right) / static_cast<double>(axes.places.size());
  const auto each = static_cast<std::size_t>(
      std::ceil(letter * static_cast<double>(longest + 1) / room));
  std::string svg;
  for (std::size_t i = 0; i < axes.places.size(); i += each)
    svg += text_at(place_x(i, axes.places.size()), height - bottom + 18,
                   "middle", axes.places[i]);
  return svg;
}

std::string legend(const std::vector<Series>& series) {
  std::string html = "<p class='legend'>";
  for (std::size_t i = 0; i < series.size(); ++i)
    html += format(
                "<span><svg width='26' height='10'><line x1='0' x2='26' y1='5' "
                "y2='5' stroke='%s' stroke-width='3' "
                "stroke-dasharray='%s'/></svg> ",
                colours[i % colours.size()], dashes[i / 3 % dashes.size()]) +
            escaped(series[i].name) + "</span> ";
  return html + "</p>";
}

std::string framed(const Axes& axes, double tall, const std::string& content,
                   const std::string& below) {
  return "<figure><figcaption>" + escaped(axes.title) + "</figcaption>" +
         format("<svg viewBox='0 0 %.0f %.0f' role='img' aria-label='", width,
                tall) +
         escaped(axes.title) + "'>" + content + "</svg>" + below +
         "</figure>\n";
}

std::string line_of(const Series& one, std::size_t number, const Ruler& ruler,
                    std::size_t places) {
  std::string points;
  std::string dots;
  const char* const colour = colours[number % colours.size()];
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
             colour, dashes[number / 3 % dashes.size()]) +
         points + "'/>" + dots;
}

// Bars lie, so that names have room beside them on a phone too.
constexpr double row = 24;
constexpr double names_width = 150;
constexpr double sums_width = 56;

double value_at(const Series& one, std::size_t place) {
  return place < one.values.size() ? std::max(one.values[place], 0.0) : 0;
}

std::string bars_at(const std::vector<Series>& series, std::size_t place,
                    double y, double unit) {
  std::string svg;
  double x = names_width;
  for (std::size_t k = 0; k < series.size(); ++k) {
    const double value = value_at(series[k], place);
    svg += format(
               "<rect x='%.1f' y='%.1f' width='%.1f' height='%.0f' "
               "fill='%s'><title>",
               x, y + 5, value * unit, row - 8, colours[k % colours.size()]) +
           escaped(series[k].name + ": " + figure(value)) + "</title></rect>";
    x += value * unit;
  }
  return svg;
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
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
  std::string svg = grid(axes, ruler) + names(axes);
  for (std::size_t i = 0; i < series.size(); ++i)
    svg += line_of(series[i], i, ruler, axes.places.size());
  return framed(axes, height, svg, legend(series));
}

std::string bar_plot(const Axes& axes, const std::vector<Series>& series) {
  std::vector<double> sums(axes.places.size(), 0);
  for (const Series& one : series)
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += value_at(one, i);
  const double most =
      sums.empty() ? 0 : *std::max_element(sums.begin(), sums.end());
  if (most <= 0)
    return "";
  const double tall = row * static_cast<double>(sums.size()) + bottom;
  const double unit = (width - names_width - sums_width) / most;
  std::string svg;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double y = row * static_cast<double>(i);
    svg += text_at(names_width - 8, y + 17, "end", axes.places[i]) +
           bars_at(series, i, y, unit) +
           text_at(names_width + sums[i] * unit + 6, y + 17, "start",
                   figure(sums[i]));
  }
  svg += text_at(names_width, tall - 14, "start", axes.unit);
  return framed(axes, tall, svg, legend(series));
}

}  // namespace tarn::compare
