// fixed_mode.hpp - whether a fixed pool that can be looked at is.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"

namespace tarn::port {

/// What `asked` comes to: the process's mode where there is an environment that
/// can say one, else full.
[[nodiscard]] CheckMode fixed_mode(CheckMode asked) noexcept;

}  // namespace tarn::port
