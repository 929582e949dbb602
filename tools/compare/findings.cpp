// findings.cpp - compares the Region with the best of the others.
//
// SPDX-License-Identifier: MIT
#include "compare/findings.hpp"

#include "common/table.hpp"
#include "common/words.hpp"
#include "compare/verdict.hpp"

#include <algorithm>
#include <cmath>

namespace tarn::compare {
namespace {

using List = std::vector<Contender>;

const Contender* one_of(const List& all, Code code, Kind kind) {
  const auto found = std::find_if(all.begin(), all.end(), [&](auto& one) {
    return one.code == code && one.kind == kind && one.runs();
  });
  return found == all.end() ? nullptr : &*found;
}

/// The malloc of `code` that is best by `is_better`.
template <class IsBetter>
const Contender* best_malloc(const List& all, Code code, IsBetter is_better) {
  const Contender* best = nullptr;
  for (const Contender& one : all)
    if (one.code == code && one.kind == Kind::malloc && one.runs() &&
        (best == nullptr || is_better(one, *best)))
      best = &one;
  return best;
}

bool is_shorter(const Contender& one, const Contender& other) {
  return one.instructions < other.instructions;
}

std::optional<Gap> find_gap(const List& all) {
  const Contender* const best = best_malloc(all, Code::pool, is_shorter);
  const Contender* const ordinary =
      best_malloc(all, Code::ordinary, is_shorter);
  const Contender* const floor = one_of(all, Code::pool, Kind::floor);
  const Contender* const ordinary_floor =
      one_of(all, Code::ordinary, Kind::floor);
  const Contender* const region = one_of(all, Code::pool, Kind::tarn);
  for (const Contender* one : {best, ordinary, floor, ordinary_floor, region})
    if (one == nullptr || one->instructions == 0)
      return std::nullopt;
  if (best->instructions <= floor->instructions)
    return std::nullopt;
  return Gap{best->memory,           best->instructions,
             floor->instructions,    region->instructions,
             ordinary->instructions, ordinary_floor->instructions};
}

std::vector<ReadingShare> find_reading(const List& all) {
  std::vector<ReadingShare> shares;
  for (const Code code : {Code::ordinary, Code::pool}) {
    const Contender* const reading = one_of(all, code, Kind::reading);
    const Contender* const whole = code == Code::pool
                                       ? one_of(all, code, Kind::tarn)
                                       : one_of(all, code, Kind::malloc);
    if (reading == nullptr || whole == nullptr ||
        reading->median("requests_per_second") == 0)
      continue;
    shares.push_back({code,
                      whole->instructions == 0
                          ? 0
                          : reading->instructions / whole->instructions,
                      whole->median("requests_per_second") /
                          reading->median("requests_per_second")});
  }
  return shares;
}

/// Something of which a Region should have less than every malloc.
struct Rivalry {
  const char* figure;
  const char* what;
  bool may_be_equal;
  double unit;  ///< in nanoseconds
  const char* unit_name;
};

// Rounds that differ by more than the contenders do, or a clock whose steps are
// longer than the difference, cannot tell the two apart.
Outcome outcome_of(const Contender& ours, const Contender& theirs,
                   const Rivalry& rivalry) {
  const auto wavers = [&rivalry](const Contender& one) {
    return one.figures.at(rivalry.figure).spread() * one.median(rivalry.figure);
  };
  const double difference =
      theirs.median(rivalry.figure) - ours.median(rivalry.figure);
  const double doubt =
      std::max({wavers(ours), wavers(theirs), ours.median("clock_step") / 2});
  if (rivalry.may_be_equal && difference >= 0)
    return Outcome::met;
  if (std::abs(difference) <= doubt)
    return Outcome::no_telling;
  return difference > 0 ? Outcome::met : Outcome::not_met;
}

std::optional<Aim> find_aim(const List& all, const Contender& region,
                            const Rivalry& rivalry) {
  const Contender* least = nullptr;
  for (const Contender& one : all)
    if (one.kind == Kind::malloc && one.runs() &&
        (least == nullptr ||
         one.median(rivalry.figure) < least->median(rivalry.figure)))
      least = &one;
  if (least == nullptr || least->median(rivalry.figure) == 0 ||
      region.median(rivalry.figure) == 0)
    return std::nullopt;
  return Aim{
      format("%s %s: %s %s, the lowest malloc has %s (%s)", rivalry.what,
             rivalry.may_be_equal ? "not above any malloc's"
                                  : "below every malloc's",
             figure(region.median(rivalry.figure) / rivalry.unit).c_str(),
             rivalry.unit_name,
             figure(least->median(rivalry.figure) / rivalry.unit).c_str(),
             least->name().c_str()),
      outcome_of(region, *least, rivalry)};
}

std::vector<Aim> find_aims(const List& all, const std::optional<Gap>& gap) {
  std::vector<Aim> aims;
  const Contender* const region = one_of(all, Code::pool, Kind::tarn);
  if (region == nullptr)
    return aims;
  // What counts as most of the gap.
  constexpr double wanted_share = 0.8;
  if (gap)
    aims.push_back(
        {format("at least %.0f %% of the gap in instructions "
                "closed: %.0f %%",
                wanted_share * 100, gap->closed() * 100),
         gap->closed() >= wanted_share ? Outcome::met : Outcome::not_met});
  constexpr Rivalry rivalries[] = {
      {"call_p999", "p99.9 of a call", false, 1, "ns"},
      {"request_p99", "p99 of a request", true, 1000, "us"},
      {"request_p999", "p99.9 of a request", true, 1000, "us"}};
  for (const Rivalry& rivalry : rivalries)
    if (const std::optional<Aim> aim = find_aim(all, *region, rivalry))
      aims.push_back(*aim);
  return aims;
}

}  // namespace

Findings find(const std::vector<Contender>& contenders) {
  Findings findings;
  findings.gap = find_gap(contenders);
  findings.reading = find_reading(contenders);
  findings.aims = find_aims(contenders, findings.gap);
  findings.ranking = ranking_of(contenders);
  findings.verdict = verdict_of(contenders, findings.gap);
  return findings;
}

}  // namespace tarn::compare
