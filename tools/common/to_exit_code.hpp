// to_exit_code.hpp - how a verb that measures ends.
//
// Failure  every one is said on standard error and has its code.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/progress.hpp"

#include <functional>

namespace tarn::compare {

/// What `work` returns; Ctrl-C, refusals and whatever else it throws as their
/// exit codes. `stopped` is said at Ctrl-C.
int to_exit_code(const char* stopped,
                 const std::function<int(Progress&)>& work) noexcept;

}  // namespace tarn::compare
