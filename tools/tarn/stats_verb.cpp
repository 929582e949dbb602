// stats_verb.cpp - the words of `tarn stats`.
//
// SPDX-License-Identifier: MIT
#include "tarn/verbs.hpp"

#include "stats/command.hpp"

#include <memory>

namespace tarn::verbs {

Verb add_stats(CLI::App& command) {
  const auto wishes = std::make_shared<stats::Wishes>();
  CLI::App& verb = *command.add_subcommand(
      "stats",
      "Tell what a running process holds of tarn, without stopping it");
  verb.add_option("process", wishes->process, "The number of the process")
      ->type_name("PID")
      ->check(CLI::Range(1, 4'194'304))
      ->required();
  verb.add_flag_callback(
          "--json", [wishes] { wishes->form = "json"; }, "As one JSON object")
      ->excludes(verb.add_flag_callback(
          "--openmetrics", [wishes] { wishes->form = "openmetrics"; },
          "As OpenMetrics, for Prometheus and its like"));
  verb.add_option("--for", wishes->seconds,
                  "Look twice, so many seconds apart, and say what has "
                  "changed")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 86'400));
  verb.footer(
      "  tarn stats 812\n"
      "  tarn stats --for 60 812\n\n"
      "The process must have libtarn.so, as one that tarn run started does. "
      "Exit\n"
      "codes: 0 told, 2 not understood, 3 it cannot be looked at.\n"
      "What each line means: docs/stats.md");
  return [wishes](const Program& program) {
    if (program)
      return refuse("tarn stats takes the number of a process, and no program",
                    "stats");
    return stats::run(*wishes);
  };
}

}  // namespace tarn::verbs
