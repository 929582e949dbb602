// memory_orders.hpp - the orders of atomics, each by one word.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace tarn::base {

inline constexpr auto relaxed = std::memory_order_relaxed;
inline constexpr auto acquire = std::memory_order_acquire;
inline constexpr auto release = std::memory_order_release;

}  // namespace tarn::base
