// report.cpp - figures by name, a value a round.
//
// SPDX-License-Identifier: MIT
#include "program/report.hpp"

#include "common/machine.hpp"
#include "common/words.hpp"
#include "program/verdict.hpp"
#include "program/way.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

namespace tarn::program {
namespace {

using Json = nlohmann::ordered_json;

// Raised when a field changes its name or its meaning, not for a new one.
constexpr int format_version = 1;

Json json_of(const Samples& samples, const Candidate& base,
             const Candidate& one, const std::string& name,
             std::size_t family) {
  Json json{{"median", samples.median()},
            {"spread", samples.spread()},
            {"rounds", samples.values()}};
  if (&base == &one)
    return json;
  const Difference found = difference_of(base, one, name);
  json["against_base"] = {
      {"ratio", found.ratio},
      {"lowest", found.lowest},
      {"highest", found.highest},
      {"chance", found.chance},
      {"differs", compare::finding(found, family) == Finding::sure}};
  return json;
}

Json json_of(const Candidate& base, const Candidate& one, std::size_t family) {
  Json json{{"name", one.name},
            {"preload", one.preload},
            {"malloc_file", one.served_by},
            {"failure", one.failure.empty() ? Json() : Json(one.failure)},
            {"last_words", one.last_words},
            {"notes", one.notes}};
  json["figures"] = Json::object();
  for (const auto& [name, samples] : one.figures)
    json["figures"][name] = json_of(samples, base, one, name, family);
  json["rss_over_time"] = Json::array();
  for (const Resident::Sample& sample : one.resident)
    json["rss_over_time"].push_back({sample.seconds, sample.bytes});
  return json;
}

const char* unit_of(std::string_view name) {
  if (name.ends_with("_seconds"))
    return "s";
  if (name == names::peak || name == names::mean_rss || name == names::most_rss)
    return "bytes";
  return "";
}

}  // namespace

std::string json_report(const Results& results) {
  const compare::Machine machine = compare::this_machine();
  Json json{{"format", "tarn-compare-program"}, {"version", format_version}};
  json["tarn"] = TARN_TOOL_VERSION;
  json["machine"] = {{"processor", machine.processor},
                     {"cores", machine.cores},
                     {"kernel", machine.kernel},
                     {"load", machine.load}};
  json["program"] = results.words;
  json["load_command"] =
      results.load_command.empty() ? Json() : Json(results.load_command);
  json["complete"] = results.complete;
  json["rounds"] = results.rounds;
  json["load_figures"] = Json::array();
  for (const LoadFigure& figure : results.load)
    json["load_figures"].push_back(figure.name);
  json["candidates"] = Json::array();
  const Candidate* const base = base_of(results.candidates);
  for (const Candidate& one : results.candidates)
    json["candidates"].push_back(
        json_of(base == nullptr ? one : *base, one, differences_of(results)));
  json["verdict"] = results.verdict;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string csv_report(const Results& results) {
  std::string text = "candidate,malloc_file,figure,unit,round,value\n";
  for (const Candidate& one : results.candidates)
    for (const auto& [name, samples] : one.figures)
      for (std::size_t i = 0; i < samples.values().size(); ++i) {
        char value[64];
        std::snprintf(value, sizeof value, "%zu,%.9g\n", i + 1,
                      samples.values()[i]);
        text += compare::csv_cell(one.name) + "," +
                compare::csv_cell(one.served_by) + "," +
                compare::csv_cell(name) + "," + unit_of(name) + "," + value;
      }
  return text;
}

}  // namespace tarn::program
