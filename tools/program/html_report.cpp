// html_report.cpp - which sections the page has.
//
// SPDX-License-Identifier: MIT
#include "program/html_report.hpp"

#include "common/page.hpp"
#include "program/plots.hpp"
#include "program/printed.hpp"
#include "program/tables.hpp"

namespace tarn::program {
namespace {

using compare::paragraph;
using compare::section;

constexpr const char* ranges_mean =
    "Against the first malloc: with 95 % the difference lies on the line; grey "
    "ones chance may have made. ";

std::string left_out(const Results& results) {
  std::string text;
  for (const Candidate& one : results.candidates) {
    if (!one.runs())
      text += paragraph("Left out: with " + one.name + " it " + one.failure);
    for (const std::string& sentence : one.notes)
      text += paragraph("With " + one.name + ": " + sentence + ".");
  }
  return text;
}

}  // namespace

std::string html_report(const Results& results) {
  const std::string stopped =
      results.complete ? "" : "Stopped before all rounds were run.";
  return compare::page(
      "<h1>tarn compare</h1>\n" + paragraph(subject_of(results), "subject") +
      paragraph(circumstances_of(results) + "; tarn " + TARN_TOOL_VERSION,
                "machine") +
      paragraph("Verdict: " + results.verdict, "verdict") + paragraph(stopped) +
      left_out(results) +
      section(results.is_server() ? "Under load" : "Time",
              std::string(ranges_mean) + remarks_of(results),
              speed_plots(results), "") +
      section("Memory", "", memory_plots(results), "") +
      section("Figures", "", "", tables_of(results, false)));
}

}  // namespace tarn::program
