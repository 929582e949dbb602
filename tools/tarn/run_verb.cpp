// run_verb.cpp - the words of `tarn run`.
//
// SPDX-License-Identifier: MIT
#include "tarn/verbs.hpp"

#include "run/command.hpp"

#include <memory>
#include <unistd.h>

namespace tarn::verbs {
namespace {

void add_option(run::Wishes& wishes, const std::string& word) {
  wishes.options.push_back(word);
}

// The program will have our number, and those that it starts will not.
void add_for_us(run::Wishes& wishes, const std::string& name) {
  add_option(wishes, name + std::to_string(getpid()));
}

void add_options(CLI::App& verb, run::Wishes& wishes) {
  verb.add_option("--limit", wishes.limit,
                  "Hold it to so much memory: SOFT,HARD such as 400M,500M, or "
                  "cgroup")
      ->type_name("LIMIT");
  verb.add_option("--stats-file", wishes.stats_file,
                  "Write statistics to FILE again and again, as OpenMetrics; "
                  "%p stands for the process")
      ->type_name("FILE");
  verb.add_option("--stats-interval", wishes.stats_interval,
                  "Every so many seconds, instead of 10")
      ->type_name("SECONDS");
  verb.add_option(
          "--check", wishes.check,
          "Look at its memory: sampled or full, and words behind it, as "
          "in full,page,log")
      ->type_name("MODE");
  verb.add_option_function<std::string>(
          "--purge",
          [&wishes](const std::string& who) {
            add_option(wishes, "purge=" + who);
          },
          "Who gives idle memory back: requests (in passing), background or "
          "never")
      ->type_name("WHO");
  verb.add_flag_callback(
      "--summary", [&wishes] { add_for_us(wishes, "summary="); },
      "Say at its end what it held, and what grew");
  verb.add_flag_callback(
      "--verbose", [&wishes] { add_for_us(wishes, "verbose="); },
      "Say at its start that tarn serves it, and what holds for it");
  verb.add_option_function<std::vector<std::string>>(
          "--option",
          [&wishes](const std::vector<std::string>& words) {
            for (const std::string& word : words)
              add_option(wishes, word);
          },
          "A word of TARN_OPTIONS, such as huge_pages=off; may be repeated")
      ->type_name("NAME=VALUE");
}

}  // namespace

Verb add_run(CLI::App& command) {
  const auto wishes = std::make_shared<run::Wishes>();
  CLI::App& verb = *command.add_subcommand(
      "run",
      "Start a program, named after --, with tarn's malloc in place of "
      "its own");
  add_options(verb, *wishes);
  verb.footer(
      "  tarn run -- PROGRAM ARGUMENTS\n"
      "  tarn run --limit 400M,500M --summary -- PROGRAM\n\n"
      "The command becomes the program: its exit code is the program's, 127 "
      "where\n"
      "there is none, 126 where it cannot be started, 2 not understood. A "
      "program\n"
      "that cannot be given a malloc is told in a sentence and runs with its "
      "own.\n"
      "What can be said without this command: docs/options.md");
  return [wishes](const Program& program) {
    if (!program || program->empty())
      return refuse("no program is named after --", "run");
    wishes->words = *program;
    return run::run(*wishes);
  };
}

}  // namespace tarn::verbs
