// c_budget.hpp - a budget of tarn.h as the pools know it.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/budget.hpp"
#include "tarn/tarn.h"

#include <new>

namespace tarn::doors {

inline Budget& to(tarn_budget* budget) {
  return *std::launder(reinterpret_cast<Budget*>(budget));
}

inline const Budget& to(const tarn_budget* budget) {
  return *std::launder(reinterpret_cast<const Budget*>(budget));
}

}  // namespace tarn::doors
