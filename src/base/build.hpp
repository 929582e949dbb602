// build.hpp - what kind of library is being built, as constants.
//
// Only the library's own files read these: a public header that did would mean
// different things in two programs.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::base {

/// The dev preset: invariants are checked, and pools hand their inline path
/// nothing, so that every call can be looked at.
#ifdef TARN_DEV
inline constexpr bool is_dev = true;
#else
inline constexpr bool is_dev = false;
#endif

}  // namespace tarn::base
