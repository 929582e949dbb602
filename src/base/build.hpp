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

/// A sanitizer sees what the library itself does.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_instrumented = true;
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
      __has_feature(thread_sanitizer)
inline constexpr bool is_instrumented = true;
#  else
inline constexpr bool is_instrumented = false;
#  endif
#else
inline constexpr bool is_instrumented = false;
#endif

}  // namespace tarn::base
