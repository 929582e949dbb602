// object_checks.hpp - has object pools looked at.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::check {

/// Fills the table of port/object_hooks.hpp. Called once, before any mode
/// holds.
void watch_objects() noexcept;

}  // namespace tarn::check
