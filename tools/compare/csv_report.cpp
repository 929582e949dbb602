// csv_report.cpp - which unit a figure is in, by its name.
//
// SPDX-License-Identifier: MIT
#include "compare/csv_report.hpp"

#include "common/words.hpp"

#include <array>
#include <string_view>

namespace tarn::compare {
namespace {

struct Unit {
  std::string_view ending;
  const char* name;
};

// The first that fits.
constexpr std::array<Unit, 40> units{{
    {"requests_per_second", "1/s"},
    {"_blocks", "1/s"},
    {"_rate", "1/s"},
    {"_alone", "1/s"},
    {"_all", "1/s"},
    {"_end", "ns"},
    {"_peak", "B"},
    {"_scaling", "1"},
    {"_of_raw", "1"},
    {"_of_raw_high", "1"},
    {"_counted", "rounds"},
    {"_p50", "ns"},
    {"_p90", "ns"},
    {"_p99", "ns"},
    {"_p999", "ns"},
    {"_p9999", "ns"},
    {"_max", "ns"},
    {"clock_floor", "ns"},
    {"clock_step", "ns"},
    {"rss_mean", "B"},
    {"rss_peak", "B"},
    {"_rss", "B"},
    {"_rest", "B"},
    {"_live", "B"},
    {"_given", "B"},
    {"_budget", "B"},
    {"_refused", "B"},
    {"_free", "B"},
    {"_largest", "B"},
    {"_kept", "B"},
    {"_leak", "B"},
    {"_sessions", "sessions"},
    {"_uploads", "uploads"},
    {"_lines", "lines"},
    {"_exits", "exits"},
    {"_allocations", "1/upload"},
    {"_frees", "1/upload"},
    {"page_faults", "1/request"},
    {"calls", "1/request"},
    {"instructions", "1/request"},
}};

const char* unit_of(std::string_view figure) {
  for (const Unit& one : units)
    if (figure.ends_with(one.ending))
      return one.name;
  return "";
}

void add(std::string& text, const Contender& one, const std::string& figure,
         const Samples& samples) {
  text += csv_cell(one.memory) + "," + word_for(one.code) + "," + figure + "," +
          unit_of(figure) + "," +
          format("%.9g,%.4g,%zu\n", samples.median(), samples.spread(),
                 samples.values().size());
}

void add_all(std::string& text, const Contender& one) {
  if (!one.runs() || one.kind == Kind::reading)
    return;
  for (const auto& [figure, samples] : one.figures)
    add(text, one, figure, samples);
  if (one.instructions == 0)
    return;
  Samples exact;
  exact.add(one.instructions);
  add(text, one, "instructions", exact);
}

}  // namespace

std::string csv_report(const Comparison& comparison, const Findings&) {
  std::string text = "memory,code,figure,unit,median,spread,rounds\n";
  for (const Contender& one : comparison.contenders())
    add_all(text, one);
  for (const Contender& one : comparison.objects())
    add_all(text, one);
  add_all(text, comparison.lifetime());
  return text;
}

}  // namespace tarn::compare
