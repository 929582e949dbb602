// verdict.cpp - chooses the rivals, compares their speeds, and says so.
//
// SPDX-License-Identifier: MIT
#include "compare/verdict.hpp"

#include "common/speed_difference.hpp"
#include "common/table.hpp"
#include "common/words.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace tarn::compare {
namespace {

using List = std::vector<Contender>;
using Some = std::vector<const Contender*>;

constexpr const char* rate = "requests_per_second";

// Mallocs that are no further behind the fastest than this, by the rounds that
// all had, may turn out to be it by the rounds that only few have.
constexpr double may_be_fastest = 0.06;
// But no more of a code than this, so that those rounds stay short.
constexpr std::size_t most_rivals = 3;

bool is_malloc(const Contender& one, Code code) {
  return one.code == code && one.kind == Kind::malloc && one.runs();
}

const Contender* region_of(const List& all) {
  for (const Contender& one : all)
    if (one.kind == Kind::tarn && one.runs())
      return &one;
  return nullptr;
}

// Nothing has to be preloaded for it.
const Contender* system_malloc(const List& all) {
  for (const Contender& one : all)
    if (is_malloc(one, Code::ordinary) && one.preload.empty())
      return &one;
  return nullptr;
}

// By rounds that only few had where there are such: those are more.
Difference in_speed(const Contender& base, const Contender& other) {
  const bool duelled =
      base.figures.contains(duel_rate) && other.figures.contains(duel_rate);
  const char* const figure = duelled ? duel_rate : rate;
  return difference_in_speed(base.rounds(figure), other.rounds(figure));
}

bool differ(const Difference& difference, std::size_t looked_at) {
  return finding(difference, looked_at * looks, same_speed) == Finding::sure;
}

Some mallocs_of(const List& all, Code code) {
  Some mallocs;
  for (const Contender& one : all)
    if (is_malloc(one, code))
      mallocs.push_back(&one);
  return mallocs;
}

// Where some had rounds of their own, those.
const char* rate_of(const Some& mallocs) {
  const bool duelled = std::any_of(
      mallocs.begin(), mallocs.end(),
      [](const Contender* one) { return one->figures.contains(duel_rate); });
  return duelled ? duel_rate : rate;
}

/// A malloc, and how far behind the fastest one of its code it is.
struct Placed {
  const Contender* malloc;
  double behind;
};

// The mallocs of one code, the fastest first.
std::vector<Placed> mallocs_by_speed(const List& all, Code code) {
  const Some mallocs = mallocs_of(all, code);
  const std::string figure = rate_of(mallocs);
  std::vector<Placed> placed;
  double highest = 0;
  for (const Contender* const one : mallocs) {
    const double speed = speed_of(one->rounds(figure));
    if (speed == 0)
      continue;
    placed.push_back({one, speed});
    highest = std::max(highest, speed);
  }
  for (Placed& one : placed)
    one.behind = 1 - one.behind / highest;
  std::stable_sort(placed.begin(), placed.end(),
                   [](const Placed& one, const Placed& other) {
                     return one.behind < other.behind;
                   });
  return placed;
}

const Contender* fastest_malloc(const List& all, Code code) {
  const Some mallocs = mallocs_of(all, code);
  return fastest_of(mallocs, rate_of(mallocs));
}

/// Two whose speeds the verdict compares.
struct Match {
  const Contender* base;
  const Contender* other;
  const char* where;  ///< the base's code
};

// The Region against the fastest malloc of each code, and the fastest one of
// ordinary code against the system's, where it is another.
std::vector<Match> matches_of(const List& all) {
  const Contender* const region = region_of(all);
  const Contender* const pool = fastest_malloc(all, Code::pool);
  const Contender* const ordinary = fastest_malloc(all, Code::ordinary);
  if (region == nullptr || pool == nullptr || ordinary == nullptr)
    return {};
  std::vector<Match> matches{{pool, region, "the same"},
                             {ordinary, region, "ordinary"}};
  const Contender* const usual = system_malloc(all);
  if (usual != nullptr && usual != ordinary)
    matches.push_back({usual, ordinary, "the same"});
  return matches;
}

constexpr std::size_t most_matches = 3;

/// "6 % more requests a second than tcmalloc", or that there is no telling.
std::string result_of(const Match& match) {
  const Difference found = in_speed(*match.base, *match.other);
  const double ratio = (found.ratio - 1) * 100;
  const std::string name = match.base->memory;
  const std::string says =
      format("%.0f %% %s requests a second than %s in %s code", std::abs(ratio),
             ratio > 0 ? "more" : "fewer", name.c_str(), match.where);
  if (differ(found, most_matches))
    return says;
  if (found.size() >= same_speed && (found.lowest > 1 || found.highest < 1))
    return "perhaps " + says + ", of which these rounds cannot be sure";
  return format(
      "no difference in speed to %s in %s code that this run could tell "
      "(between %+.0f and %+.0f %%)",
      name.c_str(), match.where, (found.lowest - 1) * 100,
      (found.highest - 1) * 100);
}

}  // namespace

const Contender* fastest_of(const Some& some, const std::string& figure) {
  double highest = 0;
  for (const Contender* const one : some)
    highest = std::max(highest, speed_of(one->rounds(figure)));
  for (const Contender* const one : some)
    if (highest > 0 &&
        speed_of(one->rounds(figure)) > highest * (1 - same_speed))
      return one;
  return nullptr;
}

std::vector<std::size_t> rivals_of(const List& all) {
  const Contender* const region = region_of(all);
  if (region == nullptr)
    return {};
  std::set<const Contender*> rivals{region};
  for (const Code code : {Code::pool, Code::ordinary}) {
    const std::vector<Placed> mallocs = mallocs_by_speed(all, code);
    if (mallocs.empty())
      return {};
    for (std::size_t i = 0; i < std::min(mallocs.size(), most_rivals); ++i)
      if (mallocs[i].behind < may_be_fastest)
        rivals.insert(mallocs[i].malloc);
  }
  if (const Contender* const usual = system_malloc(all))
    rivals.insert(usual);
  std::vector<std::size_t> places;
  for (const Contender* const one : rivals)
    places.push_back(static_cast<std::size_t>(one - all.data()));
  return places;
}

bool is_decided(const List& all) {
  const std::vector<Match> matches = matches_of(all);
  return std::all_of(matches.begin(), matches.end(), [](const Match& match) {
    const Difference found = in_speed(*match.base, *match.other);
    return differ(found, most_matches) ||
           (found.lowest > 1 - same_speed && found.highest < 1 + same_speed);
  });
}

std::string verdict_of(const List& all, const std::optional<Gap>& gap) {
  const std::vector<Match> matches = matches_of(all);
  if (matches.empty())
    return "there is no verdict: the Region or every malloc is missing.";
  std::string verdict =
      "against the fastest mallocs here a Region per request has " +
      result_of(matches[0]) + ", and " + result_of(matches[1]);
  if (gap)
    verdict += format(
        "; what an allocator can save at all is %.0f %% of the "
        "instructions of a request, and the Region saves %.0f %%",
        (1 - gap->floor / gap->best_malloc) * 100,
        (1 - gap->region / gap->best_malloc) * 100);
  if (matches.size() == most_matches)
    verdict += ". With no line changed " + matches[2].other->memory + " has " +
               result_of(matches[2]);
  return verdict + ".";
}

std::string ranking_of(const List& all) {
  const Contender* const best = fastest_malloc(all, Code::ordinary);
  if (best == nullptr)
    return "";
  std::vector<std::string> slower;
  std::vector<std::string> alike;
  const Some mallocs = mallocs_of(all, Code::ordinary);
  for (const Contender* const one : mallocs) {
    if (one == best)
      continue;
    const Difference found = in_speed(*best, *one);
    // As many differences are looked at as there are mallocs.
    if (differ(found, mallocs.size()))
      slower.push_back(format("%.0f %% %s with %s", found.size() * 100,
                              found.ratio < 1 ? "fewer" : "more",
                              one->memory.c_str()));
    else
      alike.push_back(one->memory);
  }
  std::string text;
  if (!slower.empty())
    text = "Of the requests that ordinary code serves in a second with " +
           best->memory + " there are " + list_of(slower) + ".";
  if (!alike.empty())
    text += std::string(text.empty() ? "" : " ") + "Between " + best->memory +
            " and " + list_of(alike) +
            " in ordinary code this run can tell no difference.";
  return text;
}

}  // namespace tarn::compare
