// symbolize_verb.cpp - the words of `tarn symbolize`.
//
// SPDX-License-Identifier: MIT
#include "tarn/verbs.hpp"

#include "symbolize/command.hpp"

#include <memory>

namespace tarn::verbs {

Verb add_symbolize(CLI::App& command) {
  const auto wishes = std::make_shared<symbolize::Wishes>();
  CLI::App& verb = *command.add_subcommand(
      "symbolize", "Name functions, files and lines in the report of a fault");
  verb.add_option("file", wishes->file,
                  "The report, of text or JSON; standard input if none is said")
      ->type_name("FILE");
  verb.footer(
      "  ./service 2>errors; tarn symbolize errors\n\n"
      "The programs and libraries of the report must lie where they lay, and "
      "be "
      "of the\nsame build. Exit codes: 0 written, 2 not understood, 3 the "
      "report "
      "cannot be\nread, 4 it cannot be written. More: docs/checks.md");
  return [wishes](const Program& program) {
    if (program)
      return refuse("tarn symbolize takes a file, and no program", "symbolize");
    return symbolize::run(*wishes);
  };
}

}  // namespace tarn::verbs
