// html_report.cpp - the page around the plots.
//
// SPDX-License-Identifier: MIT
#include "compare/html_report.hpp"

#include "compare/machine.hpp"
#include "compare/plot.hpp"
#include "compare/plots.hpp"
#include "compare/problem_tables.hpp"
#include "compare/problems.hpp"
#include "compare/tables.hpp"

namespace tarn::compare {
namespace {

// Nothing is fetched: no font, no script, no picture.
constexpr const char* head = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tarn compare</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a;
  background: #fff; max-width: 1180px; margin: 0 auto; padding: 0 16px 48px; }
h1 { font-size: 1.5em; margin-bottom: 0; }
h2 { font-size: 1.2em; margin: 1.8em 0 0.3em; border-top: 1px solid #ccc;
  padding-top: 0.8em; }
.plots { display: grid; gap: 16px 32px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); }
figure { margin: 0; min-width: 0; max-width: 600px; }
figcaption { font-weight: 600; margin: 0.6em 0 0.2em; }
figure > svg { width: 100%; height: auto; display: block; }
svg text { font: 13px system-ui, sans-serif; fill: #333; }
.grid line { stroke: #ddd; }
.legend { margin: 0.2em 0; font-size: 0.85em; }
.legend span { white-space: nowrap; margin-right: 0.8em; }
.verdict { background: #f3f6f9; border-left: 4px solid #0072b2;
  padding: 0.6em 1em; }
.machine { color: #555; margin-top: 0; }
pre { overflow-x: auto; font-size: 12.5px; line-height: 1.35;
  background: #f7f7f7; padding: 0.8em; }
summary { cursor: pointer; color: #00568a; margin-top: 0.6em; }
</style></head><body>
)";

std::string paragraph(const std::string& text, const char* kind = "") {
  if (text.empty())
    return "";
  const std::string attribute =
      *kind == '\0' ? "" : std::string(" class='") + kind + "'";
  return "<p" + attribute + ">" + escaped(text) + "</p>\n";
}

std::string section(const char* title, const std::string& meaning,
                    const std::string& plots, const std::string& table) {
  if (meaning.empty() && table.empty())
    return "";
  std::string html =
      std::string("<h2>") + title + "</h2>\n" + paragraph(meaning);
  if (!plots.empty())
    html += "<div class='plots'>\n" + plots + "</div>\n";
  if (!table.empty())
    html += "<details><summary>The figures</summary><pre>" + escaped(table) +
            "</pre></details>\n";
  return html;
}

}  // namespace

std::string html_report(const Comparison& comparison,
                        const Findings& findings) {
  const Machine machine = this_machine();
  const std::vector<Contender>& all = comparison.contenders();
  return std::string(head) + "<h1>tarn compare</h1>\n" +
         paragraph(machine.processor + ", " + std::to_string(machine.cores) +
                       " cores, " + machine.kernel + "; tarn " +
                       TARN_TOOL_VERSION + ", " +
                       std::to_string(comparison.requests()) +
                       " HTTP requests, medians of " +
                       std::to_string(comparison.plan().rounds) + " rounds",
                   "machine") +
         paragraph("Verdict: " + findings.verdict, "verdict") +
         section("Latency", findings.ranking, latency_plots(all),
                 serving_table(comparison, findings, false) + "\n" +
                     call_table(comparison, false)) +
         section("Latency and memory through a day", day_meaning(all),
                 day_plots(all), day_table(comparison, false)) +
         section("Fragmentation", fragmentation_meaning(all),
                 fragmentation_plots(all),
                 fragmentation_table(comparison, false)) +
         section("Contention", contention_meaning(all, machine.cores),
                 scaling_plots(all),
                 contention_table(comparison, machine.cores, false)) +
         section("Lifetime", lifetime_meaning(comparison.lifetime()), "",
                 lifetime_table(comparison, false)) +
         section("Instructions", "", instruction_plots(all),
                 instruction_table(comparison, findings, false)) +
         "</body></html>\n";
}

}  // namespace tarn::compare
