// plots.cpp - series of rounds and of samples, thinned to what a plot can show.
//
// SPDX-License-Identifier: MIT
#include "program/plots.hpp"

#include "common/plot.hpp"
#include "common/units.hpp"
#include "common/words.hpp"
#include "program/way.hpp"

#include <algorithm>
#include <functional>

namespace tarn::program {
namespace {

using compare::Axes;
using compare::mebibyte;
using compare::Range;
using compare::Scale;
using compare::Series;

// Of all series of a plot together, so that a page stays small.
constexpr std::size_t points_of_plot = 400;
// More beside each other cannot be told apart.
constexpr std::size_t most_places = 60;
constexpr std::size_t least_places = 12;

std::vector<const Candidate*> shown(const Results& results) {
  std::vector<const Candidate*> all;
  for (const Candidate& one : results.candidates)
    if (one.runs() && !one.figures.empty())
      all.push_back(&one);
  return all;
}

std::size_t places_for(std::size_t series) {
  return std::clamp(points_of_plot / std::max<std::size_t>(series, 1),
                    least_places, most_places);
}

// The median of those that share a place.
double at_place(const std::vector<double>& values, std::size_t place,
                std::size_t each) {
  compare::Samples samples;
  for (std::size_t i = place * each;
       i < std::min((place + 1) * each, values.size()); ++i)
    samples.add(values[i]);
  return samples.median();
}

struct Unit {
  const char* name;
  double size;
};

// Of seconds; short runs are told in milliseconds.
Unit unit_of_time(const Results& results, const char* figure) {
  double most = 0;
  for (const Candidate* const one : shown(results))
    most = std::max(most, one->median(figure));
  return most < 1 ? Unit{"ms", 1e-3} : Unit{"s", 1};
}

std::string by_round(const Results& results, const Aspect& aspect,
                     const Unit& unit) {
  const std::vector<const Candidate*> all = shown(results);
  const auto rounds = static_cast<std::size_t>(results.rounds);
  const std::size_t most = places_for(all.size());
  const std::size_t each = std::max<std::size_t>(1, (rounds + most - 1) / most);
  Axes axes{
      aspect.noun + ", round by round", unit.name, {}, Scale::linear, "round"};
  for (std::size_t round = 0; round < rounds; round += each)
    axes.places.push_back(std::to_string(round + 1));
  std::vector<Series> series;
  for (const Candidate* const one : all) {
    const auto found = one->figures.find(aspect.figure);
    if (found == one->figures.end())
      continue;
    series.push_back({one->name, {}});
    for (std::size_t place = 0; place < axes.places.size(); ++place)
      series.back().values.push_back(
          at_place(found->second.values(), place, each) / unit.size);
  }
  return compare::line_plot(axes, series);
}

std::string against_first(const Results& results, const Aspect& aspect) {
  if (aspect.figure.empty())
    return "";
  const std::vector<const Candidate*> all = shown(results);
  std::vector<Range> ranges;
  for (const Candidate* const one : all) {
    const Difference found = difference_of(*all.front(), *one, aspect.figure);
    if (one == all.front() || found.rounds == 0)
      continue;
    constexpr double percent = 100;
    ranges.push_back(
        {one->name, (found.lowest - 1) * percent, (found.ratio - 1) * percent,
         (found.highest - 1) * percent,
         compare::finding(found, differences_of(results)) == Finding::sure});
  }
  return all.empty()
             ? ""
             : compare::range_plot(
                   aspect.noun + ", against " + all.front()->name, ranges);
}

// "p50 ms" of "SET p50 ms", or "" for what is no percentile.
std::string percentile_of(const LoadFigure& figure) {
  const std::size_t at = figure.name.rfind("p");
  const bool begins =
      at != std::string::npos && (at == 0 || figure.name[at - 1] == ' ');
  return begins && figure.name.ends_with(" ms") ? figure.name.substr(at) : "";
}

// The percentiles of the first test that has some.
std::string by_percentile(const Results& results) {
  std::vector<std::string> names;
  std::string test;
  for (const LoadFigure& one : results.load) {
    const std::string name = percentile_of(one);
    if (name.empty())
      continue;
    const std::string of = one.name.substr(0, one.name.size() - name.size());
    if (names.empty())
      test = of;
    if (of == test)
      names.push_back(name);
  }
  if (names.size() < 2)
    return "";
  Axes axes{test.empty() ? "Latency by percentile" : test + "by percentile",
            "ms",
            {},
            Scale::logarithmic};
  for (const std::string& name : names)
    axes.places.push_back(name.substr(0, name.find(' ')));
  std::vector<Series> series;
  for (const Candidate* const one : shown(results)) {
    series.push_back({one->name, {}});
    for (const std::string& name : names)
      series.back().values.push_back(one->median(test + name));
  }
  return compare::line_plot(axes, series);
}

// Its last sample by then; 0 when it has ended.
double resident_at(const Candidate& one, double seconds) {
  if (one.resident.empty() || seconds > one.resident.back().seconds)
    return 0;
  const auto after = std::upper_bound(
      one.resident.begin(), one.resident.end(), seconds,
      [](double time, const auto& sample) { return time < sample.seconds; });
  return after == one.resident.begin() ? one.resident.front().bytes
                                       : std::prev(after)->bytes;
}

std::string over_time(const Results& results) {
  const std::vector<const Candidate*> all = shown(results);
  double longest = 0;
  std::size_t samples = 0;
  for (const Candidate* const one : all) {
    samples = std::max(samples, one->resident.size());
    if (!one->resident.empty())
      longest = std::max(longest, one->resident.back().seconds);
  }
  const std::size_t most = std::min(places_for(all.size()), samples);
  if (most < 2)
    return "";
  const double step =
      compare::round_up(longest / static_cast<double>(most - 1));
  const auto places = static_cast<std::size_t>(longest / step) + 1;
  Axes axes{"Resident memory over time, in the last round",
            "MiB",
            {},
            Scale::linear,
            "s"};
  std::vector<Series> series;
  for (const Candidate* const one : all)
    series.push_back({one->name, {}});
  for (std::size_t place = 0; place < places; ++place) {
    const double seconds = step * static_cast<double>(place);
    axes.places.push_back(compare::format("%.4g", seconds));
    for (std::size_t i = 0; i < all.size(); ++i)
      series[i].values.push_back(resident_at(*all[i], seconds) / mebibyte);
  }
  return compare::line_plot(axes, series);
}

struct Part {
  const char* figure;
  const char* name;
};

// A bar for each candidate, of these parts.
std::string bars(const Results& results, const char* title, const Unit& unit,
                 const std::vector<Part>& parts) {
  Axes axes{title, unit.name, {}, Scale::linear};
  std::vector<Series> series;
  for (const Part& part : parts)
    series.push_back({part.name, {}});
  for (const Candidate* const one : shown(results)) {
    axes.places.push_back(one->name);
    for (std::size_t i = 0; i < parts.size(); ++i)
      series[i].values.push_back(one->median(parts[i].figure) / unit.size);
  }
  return compare::bar_plot(axes, series);
}

// "time" to "Time".
Aspect titled(Aspect aspect) {
  if (!aspect.noun.empty() && aspect.noun.front() >= 'a' &&
      aspect.noun.front() <= 'z')
    aspect.noun.front() = static_cast<char>(aspect.noun.front() - 'a' + 'A');
  return aspect;
}

}  // namespace

std::string speed_plots(const Results& results) {
  const Question question = question_of(results);
  const Aspect first = titled(question.first);
  const bool is_time = first.figure == names::wall;
  // The memory of a server has its plots elsewhere.
  const bool is_memory = first.figure == question.memory.figure;
  return (is_memory ? "" : against_first(results, first)) +
         against_first(results, titled(question.second)) +
         (is_memory ? ""
                    : by_round(results, first,
                               is_time ? unit_of_time(results, names::wall)
                                       : Unit{"", 1})) +
         by_percentile(results) +
         bars(results, "CPU time", unit_of_time(results, names::processor),
              {{names::user, "user"}, {names::system, "system"}});
}

std::string memory_plots(const Results& results) {
  const Question question = question_of(results);
  const char* const peak = results.is_server() ? names::most_rss : names::peak;
  return over_time(results) +
         bars(results, "Resident memory at its peak", {"MiB", mebibyte},
              {{peak, "peak"}}) +
         against_first(results, titled(question.memory));
}

}  // namespace tarn::program
