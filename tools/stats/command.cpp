// command.cpp - gives way to the program that looks.
//
// SPDX-License-Identifier: MIT
#include "stats/command.hpp"

#include "common/child.hpp"
#include "common/exit_code.hpp"
#include "common/surroundings.hpp"

#include <cstdio>
#include <unistd.h>
#include <vector>

namespace tarn::stats {

int run(const Wishes& wishes) {
  const std::string looker = compare::own_folder() + "/tarn-look";
  std::vector<std::string> words{looker, std::to_string(wishes.process),
                                 wishes.form, std::to_string(wishes.seconds)};
  execv(looker.c_str(), compare::pointers_to(words).data());
  std::fprintf(stderr,
               "tarn: there is no tarn-look beside the command: build it with "
               "the shared library (TARN_SHARED)\n");
  return compare::exit_nothing;
}

}  // namespace tarn::stats
