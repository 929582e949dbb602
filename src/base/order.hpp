// order.hpp - the smaller and the larger of two; <algorithm> is hosted.
// SPDX-License-Identifier: MIT
#pragma once

namespace tarn::base {

template <class T>
[[nodiscard]] constexpr T smaller(T a, T b) noexcept {
  return b < a ? b : a;
}

template <class T>
[[nodiscard]] constexpr T larger(T a, T b) noexcept {
  return a < b ? b : a;
}

}  // namespace tarn::base
