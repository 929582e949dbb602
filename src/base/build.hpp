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

/// Somebody may look at what pools do: not on a board, where the room for it is
/// not there, and what would ask for it is left out.
inline constexpr bool has_checks = __STDC_HOSTED__ != 0;

}  // namespace tarn::base
