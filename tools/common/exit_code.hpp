// exit_code.hpp - what the verb `compare` ends with; docs/compare.md lists
// them.
//
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::compare {

enum ExitCode : int {
  exit_good = 0,
  exit_left_out = 1,     ///< compared, but a contender failed
  exit_usage = 2,        ///< the words were not understood
  exit_nothing = 3,      ///< nothing could be compared
  exit_not_written = 4,  ///< compared, but the file could not be written
  exit_interrupted = 130
};

}  // namespace tarn::compare
