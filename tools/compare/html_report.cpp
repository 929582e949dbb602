// html_report.cpp - which sections the page has.
//
// SPDX-License-Identifier: MIT
#include "compare/html_report.hpp"

#include "common/machine.hpp"
#include "common/page.hpp"
#include "compare/objects.hpp"
#include "compare/plots.hpp"
#include "compare/problem_tables.hpp"
#include "compare/problems.hpp"
#include "compare/tables.hpp"

namespace tarn::compare {

std::string html_report(const Comparison& comparison,
                        const Findings& findings) {
  const Machine machine = this_machine();
  const std::vector<Contender>& all = comparison.contenders();
  const std::vector<Contender>& objects = comparison.objects();
  return page("<h1>tarn compare</h1>\n" +
              paragraph(machine.processor + ", " +
                            std::to_string(machine.cores) + " cores, " +
                            machine.kernel + "; tarn " + TARN_TOOL_VERSION +
                            ", " + std::to_string(comparison.requests()) +
                            " HTTP requests, medians of " +
                            std::to_string(comparison.plan().rounds) +
                            " rounds",
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
              section("Connections", connections_meaning(objects), "",
                      connections_table(objects, machine.cores, false)) +
              section("Trees", trees_meaning(objects), "",
                      trees_table(objects, machine.cores, false)) +
              section("Lifetime", lifetime_meaning(comparison.lifetime()), "",
                      lifetime_table(comparison, false)) +
              section("Instructions", "", instruction_plots(all),
                      instruction_table(comparison, findings, false)));
}

}  // namespace tarn::compare
