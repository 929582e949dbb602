// refusal.hpp - a reason to stop, in one sentence, with the exit code it has.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "compare/command.hpp"

#include <stdexcept>
#include <string>

namespace tarn::program {

struct Refusal : std::runtime_error {
  Refusal(compare::ExitCode exit_code, const std::string& sentence)
      : std::runtime_error(sentence), code(exit_code) {}

  compare::ExitCode code;
};

/// Ctrl-C.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("stopped") {}
};

}  // namespace tarn::program
