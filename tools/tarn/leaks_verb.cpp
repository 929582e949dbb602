// leaks_verb.cpp - the words of `tarn leaks`.
//
// SPDX-License-Identifier: MIT
#include "tarn/verbs.hpp"

#include "stats/command.hpp"

#include <memory>

namespace tarn::verbs {

Verb add_leaks(CLI::App& command) {
  const auto wishes = std::make_shared<stats::Wishes>();
  wishes->form = "leaks";
  CLI::App& verb =
      *command.add_subcommand("leaks",
                              "Tell which pools and blocks of a running "
                              "process may be leaked, without stopping "
                              "it");
  verb.add_option("process", wishes->process, "The number of the process")
      ->type_name("PID")
      ->check(CLI::Range(1, 4'194'304))
      ->required();
  verb.add_flag_callback(
      "--json", [wishes] { wishes->form = "leaks-json"; },
      "As one JSON object");
  verb.footer(
      "  tarn leaks 812\n\n"
      "The process must have libtarn.so and a mode of checks, as by\n"
      "TARN_CHECK=sampled. Exit codes: 0 none is suspect, 1 some are, 2 not\n"
      "understood, 3 it cannot be looked at.\n"
      "What is suspect: docs/checks.md");
  return [wishes](const Program& program) {
    if (program)
      return refuse("tarn leaks takes the number of a process, and no program",
                    "leaks");
    return stats::run_with_names(*wishes);
  };
}

}  // namespace tarn::verbs
