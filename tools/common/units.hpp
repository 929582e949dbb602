// units.hpp - what figures are told in. Memory is measured in bytes, and time
// in nanoseconds.
//
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::compare {

inline constexpr double kibibyte = 1024;
inline constexpr double mebibyte = 1024 * kibibyte;
inline constexpr double microsecond = 1000;
inline constexpr double million = 1e6;

}  // namespace tarn::compare
