// command.cpp - gives way to the program that looks, or names what it says.
//
// SPDX-License-Identifier: MIT
#include "stats/command.hpp"

#include "common/child.hpp"
#include "common/exit_code.hpp"
#include "common/surroundings.hpp"
#include "symbolize/report.hpp"
#include "symbolize/symbols.hpp"

#include <cstdio>
#include <optional>
#include <sstream>
#include <unistd.h>
#include <vector>

namespace tarn::stats {
namespace {

int told_of_no_looker() {
  std::fprintf(stderr,
               "tarn: there is no tarn-look beside the command: build it with "
               "the shared library (TARN_SHARED)\n");
  return compare::exit_nothing;
}

std::vector<std::string> words_for(const Wishes& wishes) {
  return {compare::own_folder() + "/tarn-look", std::to_string(wishes.process),
          wishes.form, std::to_string(wishes.seconds)};
}

}  // namespace

int run(const Wishes& wishes) {
  std::vector<std::string> words = words_for(wishes);
  execv(words.front().c_str(), compare::pointers_to(words).data());
  return told_of_no_looker();
}

int run_with_names(const Wishes& wishes) {
  constexpr int patience_seconds = 120;
  const std::vector<std::string> words = words_for(wishes);
  if (access(words.front().c_str(), X_OK) != 0)
    return told_of_no_looker();
  const compare::ChildResult told =
      compare::run_child(words, "", patience_seconds);
  std::fputs(told.errors.c_str(), stderr);
  const bool has_names = symbolize::Symbols::why_not().empty();
  symbolize::Symbols symbols;
  std::istringstream lines(told.out);
  for (std::string line; std::getline(lines, line);) {
    const std::optional<std::string> named =
        has_names ? symbolize::with_names(line, symbols) : line;
    if (named)
      std::printf("%s\n", named->c_str());
  }
  if (std::fflush(stdout) != 0)
    return compare::exit_not_written;
  return told.exit_code < 0 ? compare::exit_nothing : told.exit_code;
}

}  // namespace tarn::stats
