// refusal.hpp - a reason to stop, in one sentence, with the exit code it has.
//
// SPDX-License-Identifier: MIT
#pragma once

#include "common/exit_code.hpp"

#include <stdexcept>
#include <string>

namespace tarn::compare {

struct Refusal : std::runtime_error {
  Refusal(ExitCode exit_code, const std::string& sentence)
      : std::runtime_error(sentence), code(exit_code) {}

  ExitCode code;
};

/// Ctrl-C.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("stopped") {}
};

}  // namespace tarn::compare
