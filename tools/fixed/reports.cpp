// reports.cpp - the fields that docs/compare.md names.
//
// SPDX-License-Identifier: MIT
#include "fixed/reports.hpp"

#include "common/machine.hpp"
#include "common/page.hpp"
#include "common/words.hpp"
#include "fixed/tables.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

namespace tarn::compare::fixed {
namespace {

using Json = nlohmann::ordered_json;

// Raised when a field changes its name or its meaning, not for a new one.
constexpr int format_version = 1;

const char* word_for(Kind kind) {
  switch (kind) {
    case Kind::bounded:
      return "bounded";
    case Kind::unbounded:
      return "unbounded";
    case Kind::peer:
      return "peer";
  }
  return "";
}

const char* unit_of(std::string_view figure) {
  if (figure.find("_instructions_") != std::string_view::npos)
    return "instructions";
  for (const char* const ending : {"_forced", "_required", "_expected"})
    if (figure.ends_with(ending))
      return "granules";
  for (const char* const ending : {"_refused", "_calls"})
    if (figure.ends_with(ending))
      return "calls";
  for (const char* const ending :
       {"_asked", "_taken", "beside", "head", "code_bytes"})
    if (figure.ends_with(ending))
      return "B";
  return "ns";
}

Json head_of() {
  const Machine machine = this_machine();
  Json json{{"format", "tarn-compare-fixed"}, {"version", format_version}};
  json["tarn"] = TARN_TOOL_VERSION;
  json["machine"] = {{"processor", machine.processor},
                     {"cores", machine.cores},
                     {"kernel", machine.kernel},
                     {"load", machine.load}};
  return json;
}

Json json_of(const Contender& one) {
  Json json{{"name", one.name},
            {"kind", word_for(one.kind)},
            {"failure", one.failure.empty() ? Json() : Json(one.failure)}};
  for (const auto& [rule, name] : one.by)
    json[rule] = name;
  for (const auto& [name, samples] : one.figures)
    json[name] = {{"median", samples.median()},
                  {"spread", samples.spread()},
                  {"rounds", samples.values()}};
  return json;
}

}  // namespace

std::string json_report(const Comparison& comparison) {
  const Plan& plan = comparison.plan();
  Json json = head_of();
  json["heap_bytes"] = plan.heap_bytes;
  json["live_granules"] = plan.live();
  json["largest_granules"] = plan.largest();
  json["rounds"] = plan.rounds;
  json["milliseconds_per_round"] = plan.milliseconds;
  json["counted_calls"] = plan.counted_calls;
  json["tries"] = plan.tries;
  json["fits"] = Json::array();
  for (const Contender& one : comparison.contenders())
    json["fits"].push_back(json_of(one));
  json["meanings"] = {{"calls", calls_meaning(comparison)},
                      {"instructions", instructions_meaning(comparison)},
                      {"memory", memory_meaning(comparison)},
                      {"forced", forced_meaning(comparison)}};
  return json.dump(2) + "\n";
}

std::string json_report(const std::vector<Sequence>& sequences,
                        const std::vector<Replayed>& replayed) {
  Json json = head_of();
  json["replayed"] = Json::array();
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const Sequence& one = sequences[i];
    Json heaps = Json::object();
    for (const Replayed& fit : replayed)
      heaps[fit.fit] = fit.heaps.at(i) == 0 ? Json() : Json(fit.heaps.at(i));
    json["replayed"].push_back({{"made_for", one.fit},
                                {"calls", one.steps.size()},
                                {"live_granules", one.live},
                                {"heap_granules", heaps}});
  }
  return json.dump(2) + "\n";
}

std::string csv_report(const Comparison& comparison) {
  std::string text = "fit,figure,unit,median,spread,rounds\n";
  for (const Contender& one : comparison.contenders()) {
    if (!one.runs())
      continue;
    for (const auto& [name, samples] : one.figures)
      text += csv_cell(one.name) + "," + name + "," + unit_of(name) + "," +
              format("%.9g,%.4g,%zu\n", samples.median(), samples.spread(),
                     samples.values().size());
  }
  return text;
}

std::string html_report(const Comparison& comparison) {
  const Machine machine = this_machine();
  return page(
      "<h1>tarn compare --fixed</h1>\n" +
      paragraph(machine.processor + ", " + std::to_string(machine.cores) +
                    " cores, " + machine.kernel + "; tarn " +
                    TARN_TOOL_VERSION + ", a heap of " +
                    std::to_string(comparison.plan().heap_bytes) +
                    " bytes, medians of " +
                    std::to_string(comparison.plan().rounds) + " rounds",
                "machine") +
      section("One call", "", "", calls_table(comparison, false)) +
      section("Instructions", "", "", instructions_table(comparison, false)) +
      section("Memory", "", "", memory_table(comparison, false)) +
      section("Forced fragmentation", "", "", forced_table(comparison, false)));
}

std::string sequences_of(const Comparison& comparison) {
  std::string text;
  for (const Contender& one : comparison.contenders())
    for (const auto& [name, sequence] : one.sequences)
      text += sequence;
  return text;
}

}  // namespace tarn::compare::fixed
