// surroundings.hpp - where this program lies, and whom it writes to.
//
// Cost     a system call or two.
// Threads  shared.
// Failure  "" or false for what cannot be learned.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace tarn::compare {

/// The folder of this program, where its parts are too.
[[nodiscard]] std::string own_folder();

/// Whether the output is a terminal whose user did not say NO_COLOR.
[[nodiscard]] bool wants_colours();

/// Whether both paths lead to one file.
[[nodiscard]] bool same_file(const std::string& one, const std::string& other);

}  // namespace tarn::compare
