// own_code.hpp - whether a place in code is tarn's.
//
// Cost     linear in the objects of the library that the program holds.
// Threads  shared, async-signal-safe.
// Failure  false for code that own_text.hpp says is not marked.
// SPDX-License-Identifier: MIT
#pragma once

#include "os/modules.hpp"

namespace tarn::os {

/// `module` is the one that the place is in.
[[nodiscard]] bool is_own_code(std::uintptr_t place,
                               const Module& module) noexcept;

}  // namespace tarn::os
