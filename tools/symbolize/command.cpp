// command.cpp - reads lines, writes lines.
//
// SPDX-License-Identifier: MIT
#include "symbolize/command.hpp"

#include "common/exit_code.hpp"
#include "symbolize/report.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>

namespace tarn::symbolize {
namespace {

void copy(std::istream& from) {
  Symbols symbols;
  for (std::string line; std::getline(from, line);) {
    const std::optional<std::string> named = with_names(line, symbols);
    if (!named)
      continue;
    std::cout << *named;
    // A line that is not ended stays so.
    if (!from.eof())
      std::cout << '\n';
  }
}

int refused(const std::string& why, int code) {
  std::fprintf(stderr, "tarn: %s\n", why.c_str());
  return code;
}

}  // namespace

int run(const Wishes& wishes) {
  if (const std::string why = Symbols::why_not(); !why.empty())
    return refused(why, compare::exit_nothing);
  std::ios::sync_with_stdio(false);
  if (wishes.file.empty() || wishes.file == "-") {
    copy(std::cin);
  } else {
    std::ifstream file(wishes.file);
    if (!file)
      return refused("cannot read " + wishes.file, compare::exit_nothing);
    copy(file);
  }
  std::cout.flush();
  if (!std::cout)
    return refused("cannot write the report", compare::exit_not_written);
  return compare::exit_good;
}

}  // namespace tarn::symbolize
