// json_report.cpp - the fields that docs/compare.md names.
//
// SPDX-License-Identifier: MIT
#include "compare/json_report.hpp"

#include "common/machine.hpp"
#include "compare/objects.hpp"
#include "compare/problems.hpp"

#include <nlohmann/json.hpp>

namespace tarn::compare {
namespace {

using Json = nlohmann::ordered_json;

// Raised when a field changes its name or its meaning, not for a new one.
constexpr int format_version = 1;

const char* word_for(Kind kind) {
  switch (kind) {
    case Kind::malloc:
      return "malloc";
    case Kind::floor:
      return "floor";
    case Kind::tarn:
      return "tarn";
    case Kind::heap:
      return "heap";
    case Kind::peer:
      return "pool";
    case Kind::reading:
      return "reading";
  }
  return "";
}

const char* word_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::met:
      return "met";
    case Outcome::not_met:
      return "not met";
    case Outcome::no_telling:
      return "no telling";
  }
  return "";
}

Json json_of(const Samples& samples) {
  return {{"median", samples.median()},
          {"spread", samples.spread()},
          {"rounds", samples.values()}};
}

Json json_of(const Contender& one) {
  Json json{{"code", word_for(one.code)},
            {"kind", word_for(one.kind)},
            {"memory", one.memory},
            {"preload", one.preload},
            {"malloc_file", one.malloc_file},
            {"failure", one.failure.empty() ? Json() : Json(one.failure)},
            {"checksum", one.checksum}};
  json["instructions_per_request"] =
      one.instructions == 0 ? Json() : Json(one.instructions);
  for (const auto& [name, samples] : one.figures)
    json[name] = json_of(samples);
  return json;
}

Json json_of(const Gap& gap) {
  return {{"best_malloc", gap.best},
          {"best_malloc_instructions", gap.best_malloc},
          {"floor_instructions", gap.floor},
          {"region_instructions", gap.region},
          {"closed", gap.closed()},
          {"ordinary_best_instructions", gap.ordinary_best},
          {"ordinary_floor_instructions", gap.ordinary_floor}};
}

Json summary_of(const ChurnSummary& churn) {
  return {{"mean", churn.mean},
          {"worst", churn.worst},
          {"internal", churn.internal},
          {"external", churn.external},
          {"drained_live", churn.drained_live},
          {"drained_resident", churn.drained_resident}};
}

Json problems_of(const Comparison& comparison, int cores) {
  const std::vector<Contender>& all = comparison.contenders();
  Json json{
      {"latency", {{"meaning", day_meaning(all)}}},
      {"fragmentation", {{"meaning", fragmentation_meaning(all)}}},
      {"contention", {{"meaning", contention_meaning(all, cores)}}},
      {"connections", {{"meaning", connections_meaning(comparison.objects())}}},
      {"trees", {{"meaning", trees_meaning(comparison.objects())}}},
      {"lifetime", {{"meaning", lifetime_meaning(comparison.lifetime())}}}};
  for (const char* const what : {"apart", "together"}) {
    Json& list = json["fragmentation"][what] = Json::array();
    for (const Contender& one : all) {
      const auto churn = churn_of(one, what);
      if (!churn)
        continue;
      list.push_back(summary_of(*churn));
      list.back()["memory"] = one.memory;
    }
  }
  return json;
}

}  // namespace

std::string json_report(const Comparison& comparison,
                        const Findings& findings) {
  const Machine machine = this_machine();
  Json json{{"format", "tarn-compare"}, {"version", format_version}};
  json["tarn"] = TARN_TOOL_VERSION;
  json["machine"] = {{"processor", machine.processor},
                     {"cores", machine.cores},
                     {"kernel", machine.kernel},
                     {"load", machine.load}};
  json["corpus_requests"] = comparison.requests();
  json["rounds"] = comparison.plan().rounds;
  json["milliseconds_per_round"] = comparison.plan().milliseconds;
  json["call_rounds"] = comparison.plan().call_rounds;
  json["days"] = comparison.plan().days;
  json["seasons"] = comparison.plan().seasons;
  json["contenders"] = Json::array();
  for (const Contender& one : comparison.contenders())
    json["contenders"].push_back(json_of(one));
  json["objects"] = Json::array();
  for (const Contender& one : comparison.objects())
    json["objects"].push_back(json_of(one));
  json["lifetime"] = json_of(comparison.lifetime());
  json["problems"] = problems_of(comparison, machine.cores);
  json["gap"] = findings.gap ? json_of(*findings.gap) : Json();
  json["reading"] = Json::array();
  for (const ReadingShare& share : findings.reading)
    json["reading"].push_back({{"code", word_for(share.code)},
                               {"instructions", share.instructions},
                               {"time", share.time}});
  json["aims"] = Json::array();
  for (const Aim& aim : findings.aims)
    json["aims"].push_back(
        {{"aim", aim.sentence}, {"outcome", word_for(aim.outcome)}});
  json["ranking"] = findings.ranking;
  json["verdict"] = findings.verdict;
  return json.dump(2) + "\n";
}

}  // namespace tarn::compare
