// problems.cpp - sums over seasons and hours, and the sentences.
//
// SPDX-License-Identifier: MIT
#include "compare/problems.hpp"

#include "common/table.hpp"
#include "common/units.hpp"
#include "common/words.hpp"

#include <algorithm>
#include <cmath>

namespace tarn::compare {
namespace {

// A p99 that moves by less is the day's weather.
constexpr double worth_telling = 0.15;
// All of so many days must say it.
constexpr std::size_t enough_days = 3;

bool has(const Contender& one, const std::string& figure) {
  return one.runs() && one.figures.contains(figure);
}

// The same hours of each day, summed: element d is day d.
std::vector<double> sums(const Contender& one, const char* figure, int first) {
  std::vector<double> all;
  for (int hour = first; hour < first + 3; ++hour) {
    const auto found = one.figures.find(numbered("day", hour, figure));
    if (found == one.figures.end())
      return {};
    all.resize(found->second.values().size());
    for (std::size_t day = 0; day < all.size(); ++day)
      all[day] += found->second.values()[day];
  }
  return all;
}

std::vector<double> changes(const Contender& one, const char* figure) {
  const std::vector<double> first = sums(one, figure, 1);
  std::vector<double> last = sums(one, figure, hours_of_day - 2);
  for (std::size_t day = 0; day < std::min(first.size(), last.size()); ++day)
    last[day] /= first[day];
  return last;
}

// The least of a figure over what runs and has it.
template <class Value>
const Contender* least_of(const std::vector<Contender>& all, Value&& value) {
  const Contender* least = nullptr;
  for (const Contender& one : all)
    if (one.runs() && value(one) > 0 &&
        (least == nullptr || value(one) < value(*least)))
      least = &one;
  return least;
}

// Of what a loop that shares nothing gets; the best scale within a few percent.
constexpr double hindered_below = 0.9;

double mean_of(const Contender& one, const char* what) {
  const auto summary = churn_of(one, what);
  return summary ? summary->mean : 0;
}

/// By so many threads.
struct Scaling {
  std::size_t counted = 0;
  std::vector<std::string> hindered;  ///< names, with their share
  std::vector<std::string> unknown;   ///< whose rounds did not count
};

Scaling scaling_of(const std::vector<Contender>& all, int threads) {
  Scaling found;
  for (const Contender& one : all) {
    if (!has(one, numbered("threads", threads, "counted")))
      continue;
    const std::string name = one.short_memory();
    if (!is_counted(one, "threads", threads)) {
      found.unknown.push_back(name);
      continue;
    }
    ++found.counted;
    // Three rounds of four say so.
    if (one.median(numbered("threads", threads, "of_raw_high")) <
        hindered_below)
      found.hindered.push_back(
          format("%s (%.0f %%)", name.c_str(),
                 one.median(numbered("threads", threads, "of_raw")) * 100));
  }
  return found;
}

std::string factor_of(const Contender& one, double factor) {
  return format("%.1f with %s", factor, one.short_memory().c_str());
}

}  // namespace

std::string numbered(const char* what, int number, const char* figure) {
  return format("%s_%02d_%s", what, number, figure);
}

double change_over_day(const Contender& one, const char* figure) {
  Samples samples;
  for (const double change : changes(one, figure))
    samples.add(change);
  return samples.median();
}

std::optional<ChurnSummary> churn_of(const Contender& one, const char* what) {
  ChurnSummary sum{};
  int seasons = 0;
  for (int season = 2; has(one, numbered(what, season, "live")); ++season) {
    const double live = one.median(numbered(what, season, "live"));
    const double given = one.median(numbered(what, season, "given"));
    const double resident = one.median(numbered(what, season, "rest"));
    sum.mean += resident / live;
    sum.worst = std::max(sum.worst, resident / live);
    sum.internal += (given - live) / live;
    sum.external += (resident - given) / live;
    ++seasons;
  }
  if (seasons == 0)
    return std::nullopt;
  for (double* const mean : {&sum.mean, &sum.internal, &sum.external})
    *mean /= seasons;
  const std::string drained = std::string(what) + "_drained_";
  sum.drained_live = one.median(drained + "live");
  sum.drained_resident = one.median(drained + "rest");
  return sum;
}

std::vector<int> threads_measured(const std::vector<Contender>& contenders) {
  std::vector<int> all;
  for (int threads = 2; threads < 100; ++threads)
    if (std::any_of(contenders.begin(), contenders.end(), [&](auto& one) {
          return has(one, numbered("threads", threads, "counted"));
        }))
      all.push_back(threads);
  return all;
}

bool is_counted(const Contender& one, const char* what, int threads) {
  const auto enough = [&](const char* rounds) {
    return one.median(numbered(rounds, threads, "counted")) >= least_rounds;
  };
  return enough(what) && enough("threads");
}

std::string day_meaning(const std::vector<Contender>& contenders) {
  std::vector<std::string> slower;
  std::vector<std::string> kept;
  std::size_t days = 0;
  for (const Contender& one : contenders) {
    const std::vector<double> ratios = changes(one, "p99");
    if (ratios.empty())
      continue;
    days = ratios.size();
    if (days >= enough_days &&
        *std::min_element(ratios.begin(), ratios.end()) > 1 + worth_telling)
      slower.push_back(format("%.0f %% with %s",
                              (change_over_day(one, "p99") - 1) * 100,
                              one.short_memory().c_str()));
    kept.push_back(factor_of(one, change_over_day(one, "rss")));
  }
  if (kept.empty())
    return "";
  std::string text =
      days < enough_days ? "A single day tells how long requests took, not "
                           "whether they became "
                           "slower: chance moves a p99 as much"
      : slower.empty()
          ? "At the same load the day's last hours are as quick as its first: "
            "no p99 grew by so much that this run could tell"
          : "From the first hours to the last, at the same load, the p99 of a "
            "request grew by " +
                list_of(slower);
  return text +
         ". What the noon needed stays for the night: resident memory is then "
         "so many times that of the first hours: " +
         list_of(kept) + ".";
}

std::string fragmentation_meaning(const std::vector<Contender>& contenders) {
  const auto apart = [](const Contender& one) { return mean_of(one, "apart"); };
  const auto together = [](const Contender& one) {
    return mean_of(one, "together");
  };
  const Contender* const leanest = least_of(contenders, apart);
  const Contender* const other = least_of(contenders, together);
  if (leanest == nullptr || other == nullptr)
    return "";
  std::string text = format(
      "Blocks that die one by one keep %.1f times their bytes resident at best "
      "(%s), those that die together %.1f times (%s).",
      apart(*leanest), leanest->short_memory().c_str(), together(*other),
      other->short_memory().c_str());
  const auto used = [](const Contender& one) {
    return one.median("tight_live") / std::max(one.median("tight_budget"), 1.0);
  };
  const Contender* const tightest = least_of(contenders, used);
  if (tightest != nullptr)
    text += format(
        " In the budget %s is the first to refuse a block, of %.1f KiB, while "
        "%.0f %% hold nothing that lives.",
        tightest->short_memory().c_str(),
        tightest->median("tight_refused") / 1024, (1 - used(*tightest)) * 100);
  const Contender* const roomiest =
      least_of(contenders, [](const Contender& one) {
        return one.median("tight_largest") > 0 ? 1 / one.median("tight_largest")
                                               : 0;
      });
  if (roomiest != nullptr)
    text += format(
        " Of %.0f MiB that are free later, the largest block to be had "
        "is %.0f MiB with %s; free bytes that lie apart are no block.",
        roomiest->median("tight_free") / mebibyte,
        roomiest->median("tight_largest") / mebibyte,
        roomiest->short_memory().c_str());
  return text;
}

std::string contention_meaning(const std::vector<Contender>& contenders,
                               int cores) {
  if (cores < 2)
    return "There is one core: threads take turns on it and cannot hinder each "
           "other, so nothing is told of contention here; on two cores or more "
           "this table has figures.";
  const std::vector<int> threads = threads_measured(contenders);
  if (threads.empty())
    return "";
  const Scaling found = scaling_of(contenders, threads.back());
  if (found.counted == 0)
    return "Other programs had the cores: the raw loop, which shares nothing, "
           "did not scale either, so there is no telling; run this when the "
           "machine is quiet.";
  std::string text = format("With %d threads ", threads.back()) +
                     (found.hindered.empty()
                          ? "each memory scales as a loop that shares nothing."
                          : "these get less than nine tenths of what a loop "
                            "that shares nothing gets: " +
                                list_of(found.hindered) + ".");
  if (!found.unknown.empty())
    text += " Of " + list_of(found.unknown) +
            " there is no telling, as other programs had the cores then.";
  return text;
}

std::string lifetime_meaning(const Contender& lifetime) {
  if (!has(lifetime, "lifetime_malloc_leak"))
    return "";
  return format(
      "One exit of %.0f that forgets costs %.1f MiB in %s uploads of which 1 "
      "in 100 breaks off, and nothing tells; the Region's form has %.0f exits "
      "with nothing to forget.",
      lifetime.median("lifetime_malloc_exits"),
      lifetime.median("lifetime_malloc_leak") / mebibyte,
      whole(lifetime.median("lifetime_uploads")).c_str(),
      lifetime.median("lifetime_region_exits"));
}

}  // namespace tarn::compare
