// main.cpp - the tarn command: finds the verb and lets it run.
//
// SPDX-License-Identifier: MIT
#include "compare/command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

namespace {

using tarn::compare::Effort;
using tarn::compare::Wishes;

void add_compare(CLI::App& app, Wishes& wishes) {
  CLI::App* const verb = app.add_subcommand(
      "compare",
      "Compare a Region with the memory allocators of this machine, on real "
      "HTTP requests");
  verb->add_flag_callback(
          "--quick", [&wishes] { wishes.effort = Effort::quick; },
          "Half a minute, wider spreads")
      ->excludes(verb->add_flag_callback(
          "--full", [&wishes] { wishes.effort = Effort::full; },
          "Ten minutes or so, narrower ones"));
  verb->add_option("--allocator", wishes.allocators,
                   "Compare this malloc too: the path of its shared library, "
                   "or NAME=PATH; may be repeated")
      ->type_name("PATH");
  verb->add_option("--json", wishes.json,
                   "Write all figures to FILE; - for standard output, without "
                   "tables")
      ->type_name("FILE");
  verb->add_option("--csv", wishes.csv,
                   "Write all figures to FILE, a line for each")
      ->type_name("FILE");
  verb->add_option("--html", wishes.html,
                   "Write a page with plots to FILE, which needs no other")
      ->type_name("FILE");
  verb->add_option("--corpus", wishes.corpus,
                   "Take the requests from this folder")
      ->type_name("FOLDER");
  verb->footer(
      "Tables go to standard output, progress to standard error.\n"
      "Exit codes: 0 compared, 1 somebody failed and was left out, 2 not\n"
      "understood, 3 nothing could be compared, 4 a file could not be "
      "written,\n"
      "130 stopped by Ctrl-C. The fields of the JSON: docs/compare.md.");
}

int refuse(const std::string& why) {
  std::fprintf(stderr, "tarn: %s; tarn --help tells what can be said\n",
               why.c_str());
  return tarn::compare::exit_usage;
}

}  // namespace

int main(int count, char** words) {
  CLI::App app{"tarn - memory pools, and tools to see whether you need them",
               "tarn"};
  app.set_version_flag("--version", "tarn " TARN_TOOL_VERSION);
  Wishes wishes;
  add_compare(app, wishes);
  if (count < 2)
    return refuse("no verb given");
  const std::string first = words[1];
  if (!first.starts_with('-') && first != "compare")
    return refuse("there is no verb \"" + first + "\"");
  try {
    app.parse(count, words);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::Error& error) {
    return refuse(error.what());
  }
  return tarn::compare::run(wishes);
}
