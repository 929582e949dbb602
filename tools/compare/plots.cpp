// plots.cpp - series from contenders.
//
// SPDX-License-Identifier: MIT
#include "compare/plots.hpp"

#include "common/plot.hpp"
#include "common/units.hpp"
#include "common/words.hpp"
#include "compare/problems.hpp"

#include <algorithm>
#include <functional>

namespace tarn::compare {
namespace {

// What a reader chooses between: mallocs in ordinary code, and pools.
bool is_choice(const Contender& one) {
  return one.runs() &&
         ((one.code == Code::ordinary && one.kind == Kind::malloc) ||
          one.kind == Kind::heap || one.kind == Kind::tarn ||
          one.kind == Kind::peer);
}

using ValueOf = std::function<double(const Contender&, std::size_t place)>;

// Those that have any value.
std::vector<Series> series_of(const std::vector<Contender>& all,
                              std::size_t places, const ValueOf& value) {
  std::vector<Series> list;
  for (const Contender& one : all) {
    if (!is_choice(one))
      continue;
    Series series{one.short_memory(), {}};
    double sum = 0;
    for (std::size_t place = 0; place < places; ++place) {
      series.values.push_back(value(one, place));
      sum += series.values.back();
    }
    if (sum > 0)
      list.push_back(std::move(series));
  }
  return list;
}

std::string percentiles(const std::vector<Contender>& all, const char* of,
                        const char* title, const char* unit, double divisor) {
  constexpr const char* keys[] = {"p50", "p90", "p99", "p999", "p9999", "max"};
  return line_plot(
      {title,
       unit,
       {"p50", "p90", "p99", "p99.9", "p99.99", "longest"},
       Scale::logarithmic},
      series_of(
          all, std::size(keys), [&](const Contender& one, std::size_t place) {
            return one.median(std::string(of) + "_" + keys[place]) / divisor;
          }));
}

std::string by_hour(const std::vector<Contender>& all, const char* name,
                    const char* title, const char* unit, double divisor) {
  std::vector<std::string> hours;
  for (int hour = 1; hour <= hours_of_day; ++hour)
    hours.push_back(std::to_string(hour));
  return line_plot(
      {title, unit, hours, Scale::linear},
      series_of(
          all, hours.size(), [&](const Contender& one, std::size_t place) {
            return one.median(
                       numbered("day", static_cast<int>(place) + 1, name)) /
                   divisor;
          }));
}

std::string parts(const std::vector<Contender>& all, const char* what,
                  const char* title) {
  Axes axes{title, "of the live bytes", {}, Scale::linear};
  std::vector<Series> series{{"live", {}}, {"internal", {}}, {"external", {}}};
  for (const Contender& one : all) {
    const auto churn = churn_of(one, what);
    if (!is_choice(one) || !churn)
      continue;
    axes.places.push_back(one.short_memory());
    series[0].values.push_back(1);
    series[1].values.push_back(churn->internal);
    series[2].values.push_back(churn->external);
  }
  return bar_plot(axes, series);
}

std::string by_season(const std::vector<Contender>& all, const char* what,
                      const char* title) {
  std::vector<std::string> seasons;
  for (const Contender& one : all)
    while (one.figures.contains(
        numbered(what, static_cast<int>(seasons.size()) + 1, "live")))
      seasons.push_back(std::to_string(seasons.size() + 1));
  return line_plot(
      {title, "MiB", seasons, Scale::linear},
      series_of(
          all, seasons.size(), [&](const Contender& one, std::size_t place) {
            return one.median(
                       numbered(what, static_cast<int>(place) + 1, "rest")) /
                   mebibyte;
          }));
}

}  // namespace

std::string latency_plots(const std::vector<Contender>& all) {
  return percentiles(all, "request", "A request, by percentile", "us",
                     microsecond) +
         percentiles(all, "call", "One call into the allocator, by percentile",
                     "ns", 1);
}

std::string day_plots(const std::vector<Contender>& all) {
  return by_hour(all, "p99", "p99 of a request, hour by hour", "us",
                 microsecond) +
         by_hour(all, "rss", "Resident memory, hour by hour", "MiB", mebibyte);
}

std::string fragmentation_plots(const std::vector<Contender>& all) {
  return parts(all, "apart", "Resident over live, blocks die one by one") +
         parts(all, "together", "Resident over live, blocks die together") +
         by_season(all, "apart",
                   "Resident memory, season by season, one by one") +
         by_season(all, "together",
                   "Resident memory, season by season, together");
}

std::string scaling_plots(const std::vector<Contender>& all) {
  const std::vector<int> threads = threads_measured(all);
  if (threads.empty())
    return "";
  std::vector<std::string> places{"1"};
  Series raw{"as many times as threads", {1}};
  for (const int number : threads) {
    places.push_back(std::to_string(number));
    raw.values.push_back(number);
  }
  // A line that ends where its rounds did not count says nothing.
  std::vector<Contender> counted;
  for (const Contender& one : all)
    if (std::all_of(threads.begin(), threads.end(), [&one](int number) {
          return is_counted(one, "threads", number);
        }))
      counted.push_back(one);
  std::vector<Series> series = series_of(
      counted, threads.size() + 1,
      [&](const Contender& one, std::size_t place) {
        if (place == 0)
          return 1.0;
        const int number = threads[place - 1];
        return one.median(numbered("threads", number, "of_raw")) * number;
      });
  if (series.empty())
    return "";
  series.push_back(raw);
  return line_plot({"Blocks of all threads over those of one, the raw loop's "
                    "scaling taken as whole",
                    "times", places, Scale::linear},
                   series);
}

std::string instruction_plots(const std::vector<Contender>& all) {
  Axes axes{"Instructions a request", "instructions", {}, Scale::linear};
  std::vector<Series> series{{"instructions", {}}};
  for (const Contender& one : all) {
    if (!is_choice(one) || one.instructions == 0)
      continue;
    axes.places.push_back(one.short_memory());
    series[0].values.push_back(one.instructions);
  }
  return bar_plot(axes, series);
}

}  // namespace tarn::compare
