// door.hpp - where tarn's own malloc is.
//
// Cost     looks at a few paths.
// Threads  confined.
// Failure  "": this build has none.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace tarn::compare {

/// The absolute path of libtarn-malloc.so: where this command was built, or
/// where it is installed.
[[nodiscard]] std::string find_door();

}  // namespace tarn::compare
